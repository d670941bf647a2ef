"""Toolong, a log viewer for large files, in an environment of its own: it needs an older Textual than ours."""

NAME = "tl"
PACKAGE = "toolong==1.5.0"
