"""A folder of session files, one line a message."""
