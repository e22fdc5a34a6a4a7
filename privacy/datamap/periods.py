"""Periods as the policy says them: the number stands once, and its words are made from it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sens_site.lib.months import add_months

NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
IN_WORDS = re.compile(
    rf"(?<!\w)(?:\d+|{'|'.join(NUMBERS[1:])}) (?:hour|day|week|month|year)s?(?!\w)", re.IGNORECASE
)
"""A period as somebody would type it."""


def _spelled(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


@dataclass(frozen=True, slots=True)
class Period:
    """So many years, calendar months and days."""

    years: int = 0
    months: int = 0
    days: int = 0

    @property
    def words(self) -> str:
        """Say it as the policy does: years and few days spelled out, months in figures."""
        parts = (
            (self.years, _spelled(self.years), "year"),
            (self.months, self.months, "month"),
            (self.days, _spelled(self.days), "day"),
        )
        said = [
            f"{number} {unit}{'' if count == 1 else 's'}" for count, number, unit in parts if count
        ]
        return " and ".join(said)

    def before(self, moment: datetime) -> datetime:
        """Return the moment that lies so long before another."""
        return add_months(moment, -12 * self.years - self.months) - timedelta(days=self.days)

    def after(self, moment: datetime) -> datetime:
        """Return the moment that lies so long after another."""
        return add_months(moment, 12 * self.years + self.months) + timedelta(days=self.days)


NO_PERIOD = Period()


def periods_in(text: str) -> list[str]:
    """Return the periods that a text gives, in lower case."""
    return [found.lower() for found in IN_WORDS.findall(text)]
