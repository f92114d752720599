"""Yammer: users and their mugshots (legacy REST)."""
