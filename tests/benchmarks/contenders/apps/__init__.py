"""The servers that are written for the comparison, each a program of its own."""
