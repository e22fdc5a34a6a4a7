"""Template tags of the news room."""
