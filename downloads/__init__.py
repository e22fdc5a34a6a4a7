"""The Download Center: documents, access rules, download record."""
