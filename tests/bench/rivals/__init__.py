"""What sessiontui is measured against: programs of at most thirty lines that import nothing of ours."""
