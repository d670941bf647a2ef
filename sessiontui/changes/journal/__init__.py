"""The folder in which undo keeps what changes took, and the record of one change. Knows no kind of edit."""
