"""What waits for the commit, carried out in a rehearsal that never comes to one.

A line of a log, a file or a mail that code leaves until all is stored would else be seen by no look.
What is left out acts on what no rollback brings back, and is known.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.files.storage import Storage
from django.db import connection, transaction

from privacy.datamap.registry import stores

LEFT_OUT = frozenset({
    # The stamp of the kept pages and the offer of cookies, which this process has in its memory.
    "privacy.consent.offer.current.refresh_offer",
    "sens_site.lib.cache.content_stamp.renew_stamp",
    # Files that go with their rows, which in truth have not gone.
    "downloads.services._remove_on_commit.<locals>.remove",
    "pages.files.remove",
    "privacy.rights.private_storage.remove_on_commit.<locals>.<lambda>",
})  # fmt: skip
"""By where it is written and what it is called."""


def name_of(act: Callable[[], object]) -> str:
    """Say where something is written, whatever it is handed."""
    bare = _bare(act)
    return f"{bare.__module__}.{getattr(bare, '__qualname__', type(bare).__qualname__)}"


def _bare(act: Callable[[], object]) -> Any:
    while isinstance(act, partial):
        act = act.func
    return act


def is_left_out(act: Callable[[], object]) -> bool:
    """Tell whether something acts on what no rollback brings back.

    Beside what is named: whatever a storage of files or a store of the data map is asked to do, as it
    may be another firm's, and what goes there is of a person who is still here.
    """
    bare = _bare(act)
    return (
        name_of(bare) in LEFT_OUT
        or isinstance(getattr(bare, "__self__", None), Storage)
        or any(bare == one.erase for one in stores().values())
    )


@contextmanager
def as_if_committed() -> Iterator[None]:
    """Carry out, at the end, what was left until the commit meanwhile. Outside a transaction none is."""
    here: Any = connection
    before = list(here.run_on_commit)
    yield
    while waiting := [one for one in here.run_on_commit if _is_new(one, before)]:
        for one in waiting:
            here.run_on_commit.remove(one)
            _carry_out(one[1], robust=one[2])


def _is_new(one: Any, before: list[Any]) -> bool:
    return not is_left_out(one[1]) and not any(one is other for other in before)


def _carry_out(act: Callable[[], object], *, robust: bool) -> None:
    """Do it as Django would: what is robust harms nobody when it fails."""
    try:
        with transaction.atomic():
            act()
    except Exception:
        if not robust:
            raise
