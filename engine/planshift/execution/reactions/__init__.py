"""What events set off while an order runs: which reactions of its book fire, and what the order's log says then."""
