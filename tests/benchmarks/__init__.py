"""How fast and how small the mock is, beside others that answer from the same contract; `make bench` measures it."""
