"""Exchange Web Services: photos over plain HTTP."""
