"""Single widgets: values in, messages out; no storage."""
