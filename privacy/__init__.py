"""Data map, policy, consent and rights: what the site promises and how it keeps it."""
