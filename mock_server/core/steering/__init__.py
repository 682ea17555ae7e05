"""Answers that somebody steers: by a header of the request itself, or by faults that were set up before."""
