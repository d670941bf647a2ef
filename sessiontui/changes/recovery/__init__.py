"""What a crash left half done: found, finished or rolled back before anything else is changed."""
