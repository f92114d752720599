"""Entra ID's sign-in: tokens for applications and for people."""
