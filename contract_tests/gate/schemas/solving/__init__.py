"""Is there a value that some terms want and others don't? Decided type by type, with the value found."""
