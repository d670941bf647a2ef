"""Bytes on a disk. Knows no chat."""
