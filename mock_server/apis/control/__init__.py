"""The mock's own API: what a mock offers beside the APIs it stands in for."""
