"""Sameface: the same face everywhere. See, explain and keep one profile photo in every store."""

__version__ = "0.1.0"
