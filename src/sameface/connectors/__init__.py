"""Connectors: one folder per system, all with the contract of `base`, opened by `registry`."""
