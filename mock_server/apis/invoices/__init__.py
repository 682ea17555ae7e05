"""The Invoices group."""
