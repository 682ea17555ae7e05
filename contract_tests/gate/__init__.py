"""What a change of a contract means for those who followed the old one: differences, lint, gate and drift."""
