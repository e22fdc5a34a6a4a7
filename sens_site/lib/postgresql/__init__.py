"""Django's backend for PostgreSQL, which notices that the server is away."""
