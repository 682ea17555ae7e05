"""What the checks of authorization work with: a call of each operation that would succeed, and who may not make it."""
