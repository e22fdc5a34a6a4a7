"""What each release left in a database, and whether this one can go on with it."""
