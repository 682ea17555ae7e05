"""A second server of the Invoice Uploads group, written from the contract's text alone, and what stands before it."""
