"""Parts of a screen that read: each joins widgets, which know no store, to an errand, which knows no widget."""
