"""The changes that a person can ask for, a module a verb: each plans, which only reads, and makes what it planned."""
