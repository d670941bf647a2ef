"""What is asked. Knows no storage."""
