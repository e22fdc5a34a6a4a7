"""What a data subject may ask for."""
