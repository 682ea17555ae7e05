"""One module for each subject of a contract: `changes(pair)` gives what has changed in it."""
