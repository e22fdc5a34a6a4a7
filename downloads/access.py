"""Who gets what of a document: one function, which every door asks.

The doors are the page, the file, the list, the bundle, the feed, the search, the site map and the
Markdown form. That a document exists, and what it is, everybody may read once it is published.
"""

from enum import Enum
from typing import Protocol

from downloads.models import DocumentVersion


class Answer(Enum):
    """What somebody gets of a version."""

    OPEN = "its file"
    LOG_IN = "its description, and its file with an account"
    WITHDRAWN = "its description, and why its file is given to nobody any more"
    UNKNOWN = "nothing: to everybody outside the desk it does not exist"


class Reader(Protocol):
    """Whoever asks: a stranger, a customer, a member of staff."""

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def is_active(self) -> bool: ...


class Stranger:
    """Somebody who is not logged in: what is the same for everybody is made for this one."""

    is_authenticated = False
    is_active = False


def answer_for(version: DocumentVersion, reader: Reader) -> Answer:
    """Return what a reader gets of a version now. Costs no query with its document at hand."""
    if not version.is_published:
        return Answer.UNKNOWN
    if version.is_withdrawn:
        return Answer.WITHDRAWN
    if version.document.is_gated and not (reader.is_authenticated and reader.is_active):
        return Answer.LOG_IN
    return Answer.OPEN
