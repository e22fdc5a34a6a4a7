"""What every request and response passes."""
