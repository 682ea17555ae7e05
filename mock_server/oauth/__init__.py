"""Tokens: minting them and checking them."""
