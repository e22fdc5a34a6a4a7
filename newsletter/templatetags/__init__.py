"""Template tags of the newsletter room."""
