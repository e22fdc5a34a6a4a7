"""More rows of a person: in each state there is, with nothing left empty, under each of their addresses.

A copy or an erasure that passes over spam, over what is answered, or over what came from an address
that was given up since, has met rows in their first state only.
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.utils import timezone

from privacy.datamap.promises.filled_rows import EMPTY, something
from privacy.datamap.promises.played_people import NUMBERS, WORDS, Played
from privacy.datamap.promises.raw_rows import Database
from privacy.datamap.subjects import keyed_hash
from privacy.promises.registry import require

ONE_OF_A_PERSON = frozenset({"accounts_user"})
NOW = "now"
MESSAGES = "contact_contactmessage"
KNOWN_STATES: Mapping[str, tuple[dict[str, Any], ...]] = {
    MESSAGES: (
        {"state": "answered", "answered_at": NOW},
        {"state": "spam"},
        *({"state": "spam", "quarantined_because": why} for why in ("honeypot", "limit", "links")),
        {"remind_on": NOW, "alarmed_at": NOW, "being_answered_until": NOW, "announced_at": NOW},
    ),
    "outbox_outboxmail": ({"sent_at": NOW}, {"parked_at": NOW}, {"lease_until": NOW}),
    "rights_subjectrequest": ({"is_held": True}, {"closed_at": NOW}, {"restricted_at": NOW}),
}
"""States that go together with others, so that one changed column does not make them."""


def in_every_state(person: Played, database: Database) -> None:
    """Store more rows of a person, in a rehearsal. What a table refuses, nobody has."""
    rows = person.rows(database)
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table in rows and table not in ONE_OF_A_PERSON:
            theirs = [key for key, row in rows[table].items() if person.email in row.values()]
            first = model._base_manager.get(pk=min(theirs or rows[table]))
            others = _in_other_words(first, person.mark), *_in_other_numbers(first)
            for changes in (*_states_of(first), *others):
                _store(model, first, changes, person.mark)
            for changes in KNOWN_STATES.get(table, ()):
                stored = _store(model, first, _dated(model, changes), person.mark)
                require(stored, f"{table} takes no row with {sorted(changes)}")
    _under_other_addresses(person)


def _states_of(row: Model) -> Iterator[dict[str, Any]]:
    """Yield what to change in copies of a row: one empty column filled, or all, with each choice.

    Some states ask for more than their own word: what is answered has a day on which it was.
    """
    columns = [one for one in row._meta.concrete_fields if not one.primary_key]
    filled: dict[str, Any] = {}
    chosen: list[dict[str, Any]] = []
    for column in columns:
        value = getattr(row, column.attname)
        if column.choices:
            chosen += ({column.attname: one} for one, _ in column.flatchoices if one != value)
        elif value in EMPTY and (new := something(column, row)) is not None:
            filled[column.attname] = new
        elif value is True:
            chosen.append({column.attname: False})
    yield filled
    for choice in chosen:
        yield choice
        yield {**filled, **choice}


def _in_other_words(row: Model, mark: str) -> dict[str, Any]:
    """Return what to change for a row that says something else wherever it does not name its person.

    Which department a message is for, or for what a mail was written, is no reason to keep it.
    """
    columns: list[Any] = [
        one
        for one in row._meta.concrete_fields
        if one.get_internal_type() in WORDS and not (one.primary_key or one.choices or one.unique)
    ]
    return {
        one.attname: f"other-{one.name}"[: one.max_length]
        for one in columns
        if (said := getattr(row, one.attname)) and mark not in said
    }


def _in_other_numbers(row: Model) -> Iterator[dict[str, Any]]:
    """Yield what to change for the second row of a kind, and for a later one: a photo, a try."""
    counts = [
        one.attname
        for one in row._meta.concrete_fields
        if one.get_internal_type() in NUMBERS - {"BooleanField"}
        if not (one.primary_key or one.choices)
    ]
    for more in (1, 8) if counts else ():
        yield {name: (getattr(row, name) or 0) + more for name in counts}


def _store(model: type[Model], row: Any, changes: dict[str, Any], mark: str) -> bool:
    """Store a changed copy of a row under a number and names of its own. Tell whether that can be."""
    values = {one.attname: getattr(row, one.attname) for one in model._meta.concrete_fields}
    renamed = _named_once(model, values, mark)
    for column in model._meta.concrete_fields:
        if column.primary_key and column.get_internal_type() not in WORDS:
            del values[column.attname]
        elif column.attname in renamed:
            values[column.attname] = secrets.token_hex(32)[: column.max_length]
    values |= changes
    if values.get("sent_at") and "message" in values:
        values["message"] = b""  # as of each mail that has gone out
    try:
        with transaction.atomic():
            model(**values).save_base(raw=True, force_insert=True)
    except DatabaseError:
        return False  # such a row there cannot be
    return True


def _named_once(model: type[Model], values: Mapping[str, Any], mark: str) -> set[str]:
    """Return the columns of words that a copy of a row must not share with it.

    Where several columns are unique together, one with a new word is enough, and the one that names
    the person stays: whoever else a mail went to, it would be nobody's.
    """
    words = {
        one.name: one.attname
        for one in model._meta.concrete_fields
        if one.get_internal_type() in WORDS
    }
    renamed = {one.attname for one in model._meta.concrete_fields if one.unique} & {*words.values()}
    for constraint in model._meta.constraints:
        together = [words[one] for one in getattr(constraint, "fields", ()) if one in words]
        others = [one for one in together if mark not in str(values[one] or "")]
        renamed.update(others or together)
    return renamed


def _dated(model: type[Model], changes: dict[str, Any]) -> dict[str, Any]:
    """Put today's date or time where one is asked for."""
    fields = {one.attname: one.get_internal_type() for one in model._meta.concrete_fields}
    moments = {"DateField": timezone.localdate(), "DateTimeField": timezone.now()}
    return {
        name: moments[fields[name]] if value == NOW else value for name, value in changes.items()
    }


def _under_other_addresses(person: Played) -> None:
    """Let somebody have written from an address that was theirs, and be written to at one they typed."""
    former, claimed = (f"{person.mark}-{one}@example.com" for one in ("former", "claimed"))
    now = timezone.now()
    apps.get_model("accounts", "ConfirmedAddress")._base_manager.create(
        user=person.user, address_hash=keyed_hash("address", former),
        confirmed_at=now - timedelta(days=2), replaced_at=now - timedelta(hours=1),
    )  # fmt: skip
    apps.get_model("account", "EmailAddress")._base_manager.create(user=person.user, email=claimed)
    for label, column, address, created in (
        ("contact.ContactMessage", "email", former, "received_at"),
        ("rights.SubjectRequest", "email", former, "received_at"),
        ("outbox.OutboxMail", "recipient", former, "created_at"),
        ("outbox.OutboxMail", "recipient", claimed, "created_at"),
    ):
        model = apps.get_model(label)
        first = model._base_manager.filter(**{column: person.email}).first()
        changes = {column: address, created: now - timedelta(days=1)}
        # A mail that has gone out is found by its address alone.
        changes |= {"sent_at": now} if column == "recipient" else {}
        _store(model, first, changes, person.mark)
