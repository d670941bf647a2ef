"""A terminal browser for LLM chat-session stores in which damage can be seen, understood and taken back."""

__version__ = "0.1.0"
