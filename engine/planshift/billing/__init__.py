"""The trade, exact and frozen: money, calendar, proration, plan, subscription, change."""
