"""What is wrong with a contract by itself: every problem with its place and how to mend it, and what mends itself."""
