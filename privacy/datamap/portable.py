"""What somebody takes along to another controller: one file, in a format that is published.

It holds what the person gave us, or made by using the site, where we hold it by consent or for a
contract (GDPR Article 20). The copy beside it holds everything else, too.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse

from privacy.datamap.registry import Activity, Entry, concrete_field, personal_entries
from privacy.datamap.terms import Basis, Source

FORMAT = "portable-1"
FILE, SCHEMA_FILE = "portable.json", "portable.schema.json"
BASES = (Basis.CONSENT, Basis.CONTRACT)
SOURCES = (Source.YOU, Source.YOUR_USE)
_WORDS = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What one person takes along to another controller",
    "type": "object",
    "additionalProperties": False,
    "required": ["$schema", "format", "made_at", "controller", "items"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "format": {"const": FORMAT},
        "made_at": {"type": "string", "format": "date-time"},
        "controller": {
            "description": "Who held this.",
            "type": "object",
            "additionalProperties": False,
            "required": ["name", "address", "site"],
            "properties": {"name": _WORDS, "address": _WORDS, "site": {"type": "string"}},
        },
        "items": {
            "description": "One for each kind of record.",
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title", "purpose", "basis", "records"],
                "properties": {
                    "title": _WORDS,
                    "purpose": _WORDS,
                    "basis": {"enum": [basis.title for basis in BASES]},
                    "records": {
                        "type": "array",
                        "items": {
                            "description": "The values by what each is called.",
                            "type": "object",
                            "additionalProperties": {
                                "type": ["string", "number", "boolean", "object", "array", "null"]
                            },
                        },
                    },
                },
            },
        },
    },
}


def portable_entries() -> Iterator[tuple[Entry, Activity]]:
    """Yield what can be taken along, each with what it is held for."""
    for entry in personal_entries():
        activity = entry.activity
        if (
            entry.exported
            and activity is not None
            and activity.purpose.basis in BASES
            and activity.source in SOURCES
        ):
            yield entry, activity


def portable_json(
    items: Iterator[tuple[Entry, Activity, list[dict[str, Any]]]], *, made_at: datetime
) -> str:
    """Return the file of some rows of a person."""
    company = settings.COMPANY
    return json.dumps(
        {
            "$schema": settings.SITE_ORIGIN + reverse("datamap:portable_schema"),
            "format": FORMAT,
            "made_at": made_at.isoformat(),
            "controller": {
                "name": company.legal_name,
                "address": company.address_line,
                "site": settings.SITE_ORIGIN,
            },
            "items": [
                {
                    "title": entry.title,
                    "purpose": activity.purpose.title,
                    "basis": activity.purpose.basis.title,
                    "records": [
                        {
                            str(concrete_field(entry.model, name).verbose_name): value
                            for name, value in row.items()
                        }
                        for row in rows
                    ],
                }
                for entry, activity, rows in items
                if rows
            ],
        },
        cls=DjangoJSONEncoder,
        ensure_ascii=False,
        indent=1,
    )
