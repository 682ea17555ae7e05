"""Tells registered endpoints of what happens: signed, with retries, and only where that is allowed."""
