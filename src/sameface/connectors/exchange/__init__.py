"""An Exchange of one's own: photos by Exchange Web Services."""
