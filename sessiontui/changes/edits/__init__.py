"""What a change does to files and databases: a class for each kind of edit, made, settled after a crash, and reverted."""
