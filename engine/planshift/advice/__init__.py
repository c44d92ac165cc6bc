"""What one can do about an answer: why not, what would have to change, what is near; all of it tried first."""
