"""What every LDAP directory has in common: the wire, its controls, its errors, one mapping."""
