"""Five apps: data map, policy, promises, consent and rights. What the site promises and how it keeps it."""
