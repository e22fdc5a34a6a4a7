"""Days gone by, and words that real people have in their names and addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import time_machine
from django.utils import timezone

NAMES = (
    "Ada <b>Byron</b>", "Zoë Müller-Łukasiewicz", "李小龍", "O'Hara & Sons \"Ltd\"", "أحمد", "J",
    "Nguyễn Văn A", "Mary\u00a0Ann", "Ivan Ž.", "Bob; DROP TABLE", "x" * 90,
)  # fmt: skip


@contextmanager
def days_ago(days: float) -> Iterator[None]:
    """Let it be so many days earlier."""
    with time_machine.travel(timezone.now() - timedelta(days=days), tick=True):
        yield


def spread(number: int, of: int, *, first: int = 690, last: int = 3) -> float:
    """Return how many days ago the so-manieth of some things was, evenly from the first to the last."""
    return first - (first - last) * number / max(of - 1, 1)
