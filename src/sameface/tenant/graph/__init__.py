"""Microsoft Graph: users and their photos, v1.0 and beta."""
