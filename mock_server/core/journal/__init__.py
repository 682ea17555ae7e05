"""The journal: what one namespace was asked and what it answered, without a secret in it."""
