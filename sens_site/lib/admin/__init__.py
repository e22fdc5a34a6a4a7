"""What the admin pages of several rooms share."""
