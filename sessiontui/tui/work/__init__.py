"""Work off the screen's thread: each errand reads or changes a store and reports by messages; none touches a widget."""
