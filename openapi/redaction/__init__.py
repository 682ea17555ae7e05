"""What in requests and answers is secret, by the marks of the contracts, and how it is shown without its secrets."""
