"""A sessions.db: rows of any era."""
