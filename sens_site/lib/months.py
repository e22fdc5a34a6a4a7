"""Whole calendar months, as the law and the policy count them."""

from calendar import monthrange
from datetime import date
from typing import TypeVar

Day = TypeVar("Day", bound=date)
"""A day, or a moment of it."""


def add_months(moment: Day, months: int) -> Day:
    """Go whole months forth or back. The 31st becomes the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
