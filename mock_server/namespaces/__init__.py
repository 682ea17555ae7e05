"""All namespaces of a server: made on first use, copied, exported, forgotten."""
