"""Schemas as terms of a set algebra: what was spelled differently and means the same is, as far as it is easy, one."""
