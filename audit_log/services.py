"""Writing down what was done: by whom and from where follows from what is going on."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Model
from django.utils.crypto import salted_hmac

from audit_log.models import AuditEntry

Kind = AuditEntry.Kind
Values = dict[str, list[str]]
LONGEST_VALUE = 200
WRITES = re.compile(
    r'\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+"?([\w.]+)"?', re.IGNORECASE
)


@dataclass(slots=True)
class Here:
    """What goes on: who acts, from where, what has been written down, and which tables changed."""

    actor: Any
    place: str
    entries: int = 0
    tables: set[str] = field(default_factory=set)

    def watch(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Notice which tables a statement changes. Django calls it around each."""
        found = WRITES.match(sql)
        if found and found[1] not in self._by_themselves():
            self.tables.add(found[1])
        return execute(sql, params, many, context)

    def _by_themselves(self) -> set[str]:
        """Return what changes with any request: sessions, with the words for the next page."""
        store = import_module(settings.SESSION_ENGINE).SessionStore
        cache = settings.CACHES["default"]["LOCATION"]
        return {store.get_model_class()._meta.db_table, cache, AuditEntry._meta.db_table}


_here: ContextVar[Here | None] = ContextVar("audit_log_here", default=None)
_may_be_kept: list[Callable[[type[Model], str], bool]] = []


def register_what_may_be_kept(rule: Callable[[type[Model], str], bool]) -> None:
    """Say which columns hold nothing about anybody: asked for a table and a column, or "" for all.

    The data map knows it, and stands above this room.
    """
    _may_be_kept[:] = [rule]


def may_be_kept(model: type[Model], column: str = "") -> bool:
    """Tell whether the words of a column, or of a whole table, may stand in the list."""
    return any(rule(model, column) for rule in _may_be_kept)


@contextmanager
def acting(actor: Any, *, place: str) -> Iterator[Here]:
    """Say who acts from where, for all that is written down meanwhile."""
    here = Here(actor, place)
    token = _here.set(here)
    with ExitStack() as stack:
        stack.callback(_here.reset, token)
        stack.enter_context(connection.execute_wrapper(here.watch))
        yield here


def record(
    kind: str,
    did: str,
    *,
    row: Model | None = None,
    table: type[Model] | None = None,
    changes: Mapping[str, list[str]] | None = None,
    actor: Any = None,
    place: str = "",
) -> AuditEntry:
    """Write down what was done, in the running transaction.

    An address in `did` would be about somebody for three years, so none is kept.
    """
    here = _here.get()
    if here is not None:
        actor, place = actor or here.actor, place or here.place
        here.entries += 1
    model = type(row) if row is not None else table
    known = actor is not None and not isinstance(actor, AnonymousUser)
    return AuditEntry.objects.create(
        kind=kind,
        did=re.sub(r"\S*@\S*", "…", did)[:300],
        actor=actor if known else None,
        pseudonym=pseudonym_of(actor) if known else "",
        table="" if model is None else model._meta.label,
        row=None if row is None or row.pk is None else str(row.pk),
        name=str(row)[:200] if row is not None and may_be_kept(type(row)) else "",
        changes=dict(changes or {}),
        place=place[:200],
    )


def pseudonym_of(account: Any) -> str:
    """Return what stands for an account that is gone: the same for all that one person did."""
    mark = f"{account.pk}:{account.date_joined.isoformat()}"
    return salted_hmac("audit_log.pseudonym", mark, algorithm="sha256").hexdigest()[:12]


def value_words(value: Any) -> str:
    """Return a value as it stands in the list: a long text by its length."""
    text = ", ".join(sorted(map(str, value))) if isinstance(value, list) else str(value)
    if value is None or not text:
        return "–"
    return text if len(text) <= LONGEST_VALUE else f"{len(text):,} characters"
