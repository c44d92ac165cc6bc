"""What a book does when things happen to an order: what its reactions ask, and which of them fire."""
