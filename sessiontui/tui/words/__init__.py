"""Pages and sentences worked out as plain values, before anything is drawn."""
