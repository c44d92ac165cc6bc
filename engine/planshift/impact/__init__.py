"""What an edit of a book does to everybody: two versions decide the same data, and what differs is counted and told."""
