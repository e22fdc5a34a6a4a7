"""Parts of policy addresses: what does not fit is no address, and so a 404."""

import re
from datetime import date


class VersionNumber:
    """1 and up, written in one way only."""

    regex = "[1-9][0-9]{0,5}"

    @classmethod
    def matches(cls, value: str) -> bool:
        """Tell whether this is a number as addresses write it."""
        return re.fullmatch(cls.regex, value) is not None

    def to_python(self, value: str) -> int:
        """Read a number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Write a number."""
        return str(value)


class IsoDay:
    """A day as YYYY-MM-DD."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Read a day; a day that does not exist is no address."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Write a day."""
        return value.isoformat()
