"""Work off the screen's thread: one class that starts, stops and cancels it, and what the browser does with it."""
