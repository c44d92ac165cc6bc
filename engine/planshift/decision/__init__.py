"""One change -> an explained decision. Pure: the instant is an argument, and nothing is read from outside."""
