"""News of the company, in categories, with an archive and a feed."""
