"""What the APIs should answer, computed by code of its own: pure functions and values, no input or output."""
