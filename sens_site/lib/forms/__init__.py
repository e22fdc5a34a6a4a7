"""How forms of the whole site look and what they refuse."""
