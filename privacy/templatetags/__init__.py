"""Template tags of the privacy room."""
