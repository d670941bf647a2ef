"""What is so, in words for people: for the screen and for the command line. Knows neither Textual nor click."""
