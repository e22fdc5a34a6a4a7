"""What the site holds about people, and why."""
