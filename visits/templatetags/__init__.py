"""Template tags of the contact room."""
