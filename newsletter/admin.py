"""The pages of this room at the desk."""

from newsletter import reader_admin

__all__ = ["reader_admin"]
