"""Drawings and tables that more than one face of the house uses. No I/O."""
