"""Template tags of the downloads room."""
