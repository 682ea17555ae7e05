"""Whether a deployment still serves a contract: by the document it publishes, and by what was recorded of it."""
