"""A stateful mock of the Invoices and Invoice Uploads APIs."""

__version__ = "0.1.0"
