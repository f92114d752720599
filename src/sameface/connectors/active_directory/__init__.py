"""Active Directory: users and their photos in the directory that an organisation runs itself."""
