"""Where sessions live: one protocol, three homes. Reads, and the few primitives that write."""
