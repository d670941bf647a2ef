"""Damage on the screen: the faults of some sessions, one of them in three views, and what is proposed for it."""
