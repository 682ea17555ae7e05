"""The Invoice Uploads group."""
