"""What this room holds about people."""

from newsletter.data_map import issues, readers

__all__ = ["issues", "readers"]
