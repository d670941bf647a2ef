"""What is wrong with a line and what can be had back: bytes in, values out, nothing written."""
