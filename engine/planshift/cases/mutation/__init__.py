"""Small edits of a book, one at a time, to see whether its cases notice them."""
