"""What two schemas are compared by: each module a few keywords that belong together."""
