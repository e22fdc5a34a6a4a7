"""Pages and fragments that are made once, and when they are made anew."""
