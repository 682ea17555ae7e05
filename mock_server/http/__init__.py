"""The way of a request through the mock: routing, authentication, validation, handler, check of the answer."""
