"""The authorization server: who gets tokens, how they are made, and how the APIs check them."""
