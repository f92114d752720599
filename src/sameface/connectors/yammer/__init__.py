"""Yammer (Viva Engage): mugshots, read only."""
