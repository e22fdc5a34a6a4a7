"""Who did what: one list, which nobody changes."""
