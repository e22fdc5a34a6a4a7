"""Something real at each address of the desk: whether a page asks for a right shows only then.

Beside the pages that Django makes stand those that rooms add: a photo, a scan, a preview. Each is
opened at a row that is there, so that "no such thing" is never taken for "not for you".
"""

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.urls import get_resolver

from privacy.promises.registry import require
from privacy.promises.visitor import Answer
from privacy.promises.witness import cast
from privacy.promises.witness.canary import Canary

REFUSED = (403, 405)
"""For want of the right, or because the page acts: opening it does nothing."""
FORMER_ADDRESS = "open"
"""Of a row: from there Django leads on to the page that asks for the right."""


def played_rows(user: Any, mark: str, email: str) -> dict[str, int | str]:
    """Have each room make what it makes about somebody, in their words; return the newest rows.

    By table, for those that the desk has pages of. In a rehearsal.
    """
    words = dict.fromkeys(("username", "name", "mailbox", "company", "position", "text"), mark)
    require(email.startswith(f"{mark}@"), "somebody has another address than their mark")
    word = Canary().text
    by = get_user_model().objects.create_user(
        username=word, email=f"{word}@example.com", is_staff=True, is_superuser=True
    )
    cast.make_rows_about(user, Canary(**words), by)
    found = {}
    for model in apps.get_models():
        table = model._meta.label_lower
        if table in _tables_of_the_desk():
            newest = model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
            found[table] = newest if newest is not None else 1
    return found


def _tables_of_the_desk() -> frozenset[str]:
    desk = next(one for one in get_resolver().url_patterns if str(one.pattern) == "admin/")
    return frozenset(
        ".".join(str(one.pattern).split("/")[:2]) for one in getattr(desk, "url_patterns", ())
    )


def must_be_refused(answer: Answer, who: str, page: str) -> None:
    """Require that somebody is refused for want of the right, and for nothing else."""
    if page == FORMER_ADDRESS:
        return
    require(answer.status in REFUSED, f"{answer.path} answers {answer.status} to {who}")
