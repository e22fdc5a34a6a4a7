"""The pages of this room at the desk."""

from newsletter import issue_admin, reader_admin

__all__ = ["issue_admin", "reader_admin"]
