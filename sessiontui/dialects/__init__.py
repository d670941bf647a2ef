"""The bytes of a line to a message and back. Knows no storage."""
