"""Navigation tree, content pages, search, sitemap. Holds no personal data."""
