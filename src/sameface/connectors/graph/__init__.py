"""Microsoft Graph: the photos of Exchange mailboxes and of people without one."""
