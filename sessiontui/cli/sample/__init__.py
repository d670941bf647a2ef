"""The sample store of ``sessiontui demo``: invented conversations, every kind of damage. Pure values; writes nothing."""
