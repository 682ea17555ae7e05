"""Sets of texts: lengths, patterns and formats, decided by automata where they are regular."""
