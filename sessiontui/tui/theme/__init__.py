"""How things look: colours, signs, what a terminal can show, and the one door through which text is drawn."""
