"""Correcting what a room holds about a person, in the name of the person who asked for it.

A room that lets people correct something says by which columns; this part knows none of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from privacy.datamap.subjects import Subject
from privacy.policy.people import pseudonym
from privacy.rights import mails
from privacy.rights.choices import Did, Kind
from privacy.rights.intake import (
    NotAllowedError,
    lock,
    must_be_open,
    must_have_address,
    record,
)
from privacy.rights.models import RequestEvent, SubjectRequest

NOTHING = "(nothing)"


@dataclass(frozen=True, slots=True)
class Correctable:
    """Columns of one row about a person: their labels and lengths, how to read and write them."""

    columns: Mapping[str, tuple[str, int]]
    read: Callable[[Subject], Mapping[str, str]]
    write: Callable[[Subject, Mapping[str, str]], None]


_correctable: dict[str, Correctable] = {}


def register_correctable(name: str, correctable: Correctable) -> None:
    """Let the desk correct something of a room."""
    _correctable[name] = correctable


def correctable_columns() -> dict[str, tuple[str, int]]:
    """Return label and length of each column, by the name of the room and its own."""
    return {
        f"{name}-{column}": about
        for name, one in _correctable.items()
        for column, about in one.columns.items()
    }


def values_now(request: SubjectRequest) -> dict[str, str]:
    """Return what is stored now of whoever asks; empty where nothing can be corrected here."""
    if not request.email:
        return {}
    subject = request.subject
    return {
        f"{name}-{column}": value
        for name, one in _correctable.items()
        for column, value in one.read(subject).items()
    }


def lines_of(request: SubjectRequest, values: Mapping[str, str]) -> list[str]:
    """Return what would change: each with what stands there, and what is to stand there."""
    labels, now = correctable_columns(), values_now(request)
    return [
        f"{labels[key][0]}: {old or NOTHING} → {values[key] or NOTHING}"
        for key, old in now.items()
        if key in values and values[key] != old
    ]


@transaction.atomic
def correct(
    request: SubjectRequest, *, by: AbstractBaseUser, values: Mapping[str, str]
) -> RequestEvent:
    """Store what is right, keep what stood there with the request, and mail both to the person."""
    request = lock(request)
    must_be_open(request)
    must_have_address(request)
    if request.kind != Kind.RECTIFICATION or request.proof is None:
        raise NotAllowedError("It has not been shown that the person asks for a correction.")
    lines = lines_of(request, values)
    if not lines:
        raise NotAllowedError("Nothing would change.")
    subject, now = request.subject, values_now(request)
    for name, one in _correctable.items():
        own = {
            key.removeprefix(f"{name}-"): values.get(key, old)
            for key, old in now.items()
            if key.startswith(f"{name}-")
        }
        if own:
            one.write(subject, own)
    mails.corrected(request, lines=lines).send()
    return record(request, Did.CORRECTED, text="\n".join(lines), actor=pseudonym(by))
