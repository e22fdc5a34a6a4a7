"""Whether each stored file is still the one that was published: every byte is read and hashed anew."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from downloads.models import DocumentVersion, stored_name
from downloads.store import digest_of, store

AT_ONCE = 500
"""Rows that are written together: others wait for the lock on SQLite."""


@dataclass(slots=True)
class Verified:
    """What a look at the store has found."""

    files: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    @property
    def in_order(self) -> bool:
        """Whether each file is there and unchanged."""
        return not self.missing and not self.damaged

    @property
    def words(self) -> list[str]:
        """Name what is not in order, with where it lies."""
        return [
            *(f"missing: {one}" for one in self.missing),
            *(f"changed: {one}" for one in self.damaged),
        ]


def verify_documents(*, tell: Callable[[int], object] = lambda done: None) -> Verified:
    """Hash each stored file, and note on its versions what was found. Each content is read once."""
    rows = defaultdict(list)
    columns = ("sha256", "pk", "size", "label", "document__number")
    for sha256, *facts in DocumentVersion.objects.order_by("sha256", "pk").values_list(*columns):
        rows[sha256].append(facts)
    found = Verified()
    waiting: dict[int, str] = {}
    for sha256, versions in rows.items():
        state, size = look_at(sha256)
        found.files, found.size = found.files + 1, found.size + size
        for pk, expected, label, number in versions:
            name = f"{number}, version {label} ({stored_name(sha256)})"
            waiting[pk] = state or ("damaged" if size != expected else "")
            if waiting[pk]:
                (found.missing if waiting[pk] == "missing" else found.damaged).append(name)
        if len(waiting) >= AT_ONCE:
            _note(waiting, timezone.now())
            waiting = {}
        tell(found.files)
    _note(waiting, timezone.now())
    return found


def look_at(sha256: str) -> tuple[str, int]:
    """Return what is wrong with a file, and how many bytes were read."""
    try:
        with store().open(stored_name(sha256), "rb") as content:
            digest, size = digest_of(content), content.tell()
    except FileNotFoundError:
        return "missing", 0
    return ("" if digest == sha256 else "damaged"), size


@transaction.atomic
def _note(states: dict[int, str], now: datetime) -> None:
    """Write what was found. A fault keeps the time at which it was found first."""
    rows = DocumentVersion.objects.filter(pk__in=states)
    rows.update(checked_at=now)
    for name, column in (("missing", "missing_since"), ("damaged", "damaged_since")):
        faulty = [pk for pk, state in states.items() if state == name]
        no_longer = Q(**{f"{column}__isnull": False}) & ~Q(pk__in=faulty)
        rows.filter(no_longer).update(**{column: None})
        DocumentVersion.objects.filter(pk__in=faulty, **{f"{column}__isnull": True}).update(
            **{column: now}
        )
