"""Running a book's own cases: worked examples in files, decided by the book and compared with what they expect."""
