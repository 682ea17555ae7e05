"""One function per operation, in a module per subject; found by the operation's name."""
