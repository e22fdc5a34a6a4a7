"""The data map: every column of every installed model, and every store that is no table.

Each room declares its part in a `data_map.py` beside its `models.py`; `PrivacyConfig.ready()`
imports them all, as the admin does. Export, erasure, purge, the public record and the system
checks are derived from what stands here; nothing of them is written by hand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db.models import Field, Model, QuerySet

from privacy.datamap.columns import Column, not_personal
from privacy.datamap.periods import NO_PERIOD, Period
from privacy.datamap.subjects import Path, Subject
from privacy.datamap.terms import Category, OnErase, People, Purpose, Recipient, Source


class MapError(Exception):
    """The same model, activity or store was declared twice."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One processing activity: a row of the public record."""

    name: str
    title: str
    purpose: Purpose
    people: tuple[People, ...]
    source: Source
    recipients: tuple[Recipient, ...] = (Recipient.SERVICE_PROVIDERS,)


# What the policy says of records that lie with others.
ASK_US = "ask us"


@dataclass(frozen=True, slots=True)
class Keep:
    """How long a row is kept, as the sentence of the policy at the mark `promise` says.

    Its words are made from `period` and `since` ("24 months after closing"). `said` is for what
    has no number ("while you keep it"), `at_most` for what others keep ("up to 30 days").

    With `after`, a row is over when that moment lies the period in the past; with `until`, when
    the end that the row itself bears has passed. `where` narrows this, and `rows` narrows or
    annotates what `where` cannot. `blank` names columns that are blanked then, instead of deleting
    the row. With neither, the row has no clock of its own: it goes with what it belongs to.
    """

    promise: str
    period: Period = NO_PERIOD
    since: str = ""
    said: str = ""
    at_most: bool = False
    after: str = ""
    until: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    rows: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    blank: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The period as the policy says it."""
        if self.said:
            return self.said
        after = f" after {self.since}" if self.since else ""
        return f"{'up to ' if self.at_most else ''}{self.period.words}{after}"

    @property
    def sentence(self) -> str:
        """The period as a sentence of its own."""
        return "Ask us for how long." if self.words == ASK_US else f"Kept {self.words}."

    @property
    def clock(self) -> str:
        """The column that the age counts from, or that bears the end; empty without a clock."""
        return self.until or self.after


@dataclass(frozen=True, slots=True)
class Entry:
    """The classification of one model.

    `erase` replaces what an erasure does by itself, and `purge` how rows are deleted whose time is
    over. `attached` names the file that a column goes into a copy as. `files` names the files of rows, `readable` decodes columns whose bytes hide what they
    say, so that a search sees it, and `words` says a value to people where it is made for programs.
    """

    label: str
    title: str
    columns: Mapping[str, Column]
    activity: Activity | None = None
    subject: tuple[Path, ...] = ()
    keep: tuple[Keep, ...] = ()
    on_erase: OnErase = OnErase.DELETE
    ground: str = ""
    reason: str = ""
    exported: bool = True
    erase: Callable[[Subject, Any], int] | None = None
    purge: Callable[[QuerySet[Any]], object] | None = None
    files: Callable[[Any], Iterable[str]] | None = None
    readable: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    words: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    attached: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)

    @property
    def model(self) -> type[Model]:
        """The model class."""
        return apps.get_model(self.label)

    @property
    def personal(self) -> bool:
        """Whether any column is about a person."""
        return any(column.personal for column in self.columns.values())


@dataclass(frozen=True, slots=True)
class Store:
    """A place that is no table: a cache, a folder, a log, a backup, another firm's system.

    `find` counts what it holds of a person, `erase` removes it and counts; `samples` gives its
    whole text, for the proof. A store that cannot be searched says so with None and a reason. What
    lies with others, who do not know the name, is not `ours`: no erasure speaks of it.
    """

    name: str
    title: str
    holds: str
    keep: Keep
    reason: str
    on_erase: OnErase
    activity: Activity
    categories: tuple[Category, ...] = ()
    ours: bool = True
    find: Callable[[Subject], int] | None = None
    erase: Callable[[Subject], int] | None = None
    samples: Callable[[], Iterable[bytes]] | None = None


_entries: dict[str, Entry] = {}
_activities: dict[str, Activity] = {}
_stores: dict[str, Store] = {}
_tables: dict[str, frozenset[str]] = {}
_periods: list[tuple[str, Period]] = []


def activity(name: str, **facts: Any) -> Activity:
    """Declare a processing activity and return it, to be named by `classify`."""
    if name in _activities:
        raise MapError(f"The activity {name} is declared twice.")
    _activities[name] = Activity(name, **facts)
    return _activities[name]


def classify(
    label: str,
    title: str,
    *,
    fields: Mapping[str, Column],
    subject: Path | tuple[Path, ...] = (),
    keep: Keep | tuple[Keep, ...] = (),
    **facts: Any,
) -> Entry:
    """Classify a model that holds personal information. Every column needs its word in `fields`."""
    if label in _entries:
        raise MapError(f"{label} is classified twice.")
    entry = Entry(
        label=label,
        title=title,
        columns=dict(fields),
        subject=subject if isinstance(subject, tuple) else (subject,),
        keep=keep if isinstance(keep, tuple) else (keep,),
        **facts,
    )
    _entries[label] = entry
    return entry


def not_about_people(
    label: str, reason: str, *columns: str, keep: Keep | tuple[Keep, ...] = ()
) -> Entry:
    """Classify a model that holds nothing about anybody.

    Each column is named, so that a new one, which may be about somebody, does not slip in. With
    `keep` its rows go after a while all the same; no sentence of the policy need give the period.
    """
    if label in _entries:
        raise MapError(f"{label} is classified twice.")
    entry = Entry(
        label=label,
        title=label,
        columns={name: not_personal(reason) for name in columns},
        keep=keep if isinstance(keep, tuple) else (keep,),
        reason=reason,
    )
    _entries[label] = entry
    return entry


def known_table(name: str, columns: Iterable[str]) -> None:
    """Name a table that is no model's: what an index of the database keeps for itself."""
    _tables[name] = frozenset(columns)


def tables_beside_models() -> Mapping[str, frozenset[str]]:
    """Return the tables that are no model's, with their columns."""
    return _tables


def register_store(store: Store) -> Store:
    """Declare a store that is no table."""
    if store.name in _stores:
        raise MapError(f"The store {store.name} is declared twice.")
    _stores[store.name] = store
    return store


def kept_elsewhere(promise: str, *periods: Period) -> None:
    """Declare periods of a sentence that no row's age alone decides: a room sees to them itself."""
    _periods.extend((promise, period) for period in periods)


def entries() -> Mapping[str, Entry]:
    """Return the classification of each model by its label."""
    return _entries


def activities() -> Mapping[str, Activity]:
    """Return the processing activities by name."""
    return _activities


def stores() -> Mapping[str, Store]:
    """Return the stores that are no tables by name."""
    return _stores


def periods_elsewhere() -> list[tuple[str, Period]]:
    """Return the marks of sentences with periods that are no retention rule."""
    return _periods


def personal_entries() -> Iterator[Entry]:
    """Yield the entries of installed models that hold personal information, in a stable order."""
    for label in sorted(_entries):
        if _entries[label].personal and is_installed(label):
            yield _entries[label]


def entries_with_a_period() -> Iterator[Entry]:
    """Yield the entries of installed models whose rows go after a while, in a stable order."""
    for label in sorted(_entries):
        if _entries[label].keep and is_installed(label):
            yield _entries[label]


def is_installed(label: str) -> bool:
    """Tell whether a label names an installed model."""
    try:
        apps.get_model(label)
    except LookupError:
        return False
    return True


def concrete_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the columns of a model's own table."""
    return list(model._meta.local_concrete_fields)


def concrete_field(model: type[Model], name: str) -> Field[Any, Any]:
    """Return one column of a model's own table."""
    return next(field for field in concrete_fields(model) if field.name == name)


def plan_version() -> str:
    """Return a short digest of the whole map: which rules an erasure followed."""
    lines = []
    for label in sorted(_entries):
        entry = _entries[label]
        columns = ",".join(
            f"{name}:{column.category.name if column.category else '-'}"
            for name, column in sorted(entry.columns.items())
        )
        lines.append(f"{label} {entry.on_erase.name} {columns}")
    lines += [f"store {name} {store.on_erase.name}" for name, store in sorted(_stores.items())]
    return sha256("\n".join(lines).encode()).hexdigest()[:12]
