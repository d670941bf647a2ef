"""The browser. The only room that imports Textual."""
