"""Users, registration, sessions, profile and self-deletion. The only room that imports allauth."""
