"""Kill Bill: plan changes through its REST API, checked against its own dry run (extra `http`)."""
