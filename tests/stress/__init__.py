"""Changes beside writers that never rest, for as long as is asked: ``python -m tests.stress``."""
