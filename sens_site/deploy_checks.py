"""`manage.py check --deploy --database default`: what has been done on this installation, and what not.

`sens_site.checks` looks at the configuration alone, and needs no database. These look at what only a
running site knows, so they run where a database is named.
"""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import DEFAULT_DB_ALIAS, DatabaseError

from sens_site.set_up import set_up_items


@register(Tags.database, deploy=True)
def check_set_up_list(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> Iterator[CheckMessage]:
    """W006: nothing is open on the set-up list: officer, backups, placeholders, mail, the worker."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return
    hint = "The front page of the admin leads to where it is done."
    try:
        for item in set_up_items():
            for gap in item.gaps:
                yield CheckWarning(f"{item.title}: {gap}", hint=hint, id="sens_site.W006")
    except DatabaseError:
        yield CheckWarning(
            "The set-up list cannot be looked at: the database lacks its tables.",
            hint="Start the site once, or run: manage.py migrate",
            id="sens_site.W006",
        )


@register(Tags.database, deploy=True)
def check_kept_heads(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> Iterator[CheckMessage]:
    """W007: somebody else has kept a head of our log, so that a rewritten past would be seen."""
    folder = Path(settings.KEPT_HEADS)
    if DEFAULT_DB_ALIAS in (databases or ()) and not any(p.is_file() for p in folder.glob("*")):
        yield CheckWarning(
            "The log of heads is compared with none: nobody would see that its past was rewritten.",
            hint=f"Put what a witness has kept into {folder} (docs/operations.md).",
            id="sens_site.W007",
        )


@register(Tags.compatibility)
def check_extras(**kwargs: Any) -> Iterator[CheckMessage]:
    """E010: what is switched on is installed."""
    if settings.TRACES_TO and find_spec("opentelemetry") is None:
        yield Error(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed.",
            hint="Install requirements-extras.txt (docs/watching.md), or take the setting out.",
            id="sens_site.E010",
        )
