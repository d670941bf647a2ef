"""Changes as a person meets them: the keys, the dialog of one change, the list of those that were made."""
