"""The command line. Never imports Textual but to open the browser."""
