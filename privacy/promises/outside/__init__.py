"""What a stranger sees of the site: the script that anybody can run, and our own nightly run of it."""
