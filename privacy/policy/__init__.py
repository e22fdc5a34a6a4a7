"""What the site promises: versioned policies and their proof."""
