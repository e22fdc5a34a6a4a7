"""What runs the site on one machine."""
