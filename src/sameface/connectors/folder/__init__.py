"""A folder of portraits, read only: what a personnel department has."""
