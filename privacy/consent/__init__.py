"""What a visitor has allowed."""
