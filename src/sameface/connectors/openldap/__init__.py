"""OpenLDAP, and directories that speak syncrepl as it does."""
