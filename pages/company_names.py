"""How pages and data for machines call the company that the policy names: by its name, in full or short."""

import re
from collections.abc import Iterator
from typing import Any

LEGAL_FORMS = {
    "a Limited Liability Company": ("LLC", "L.L.C."),
    "a Corporation": ("Inc.", "Inc", "Corp.", "Corporation"),
    "a Limited Partnership": ("LP", "L.P."),
}
"""As a policy spells out what kind of company it is, and how the name of one ends."""
_AFTER_THE_YEARS = re.compile(r"© (?:\d{4}–)?\d{4} (.+)")


def names_of(full: str) -> frozenset[str]:
    """Return the names that mean the company which a policy names in full."""
    name, _, form = full.partition(", ")
    ends = LEGAL_FORMS.get(form, ())
    short = {f"{name}{between}{end}" for end in ends for between in (" ", ", ")}
    return frozenset({full, *short, *([name] if ends else [])})


def name_in_footer(text: str, names: frozenset[str]) -> str:
    """Return the name that a copyright line gives where it is none of these, or nothing."""
    found = _AFTER_THE_YEARS.search(text)
    said = found[1] if found else ""
    if any(said == one or said.startswith((f"{one}. ", f"{one} All ")) for one in names):
        return ""
    return said.partition(". ")[0] or "nobody"


def organizations_in(told: Any) -> Iterator[str]:
    """Yield the name of each organization of which data for machines speak, however deep."""
    if isinstance(told, list):
        for one in told:
            yield from organizations_in(one)
    elif isinstance(told, dict):
        if told.get("@type") == "Organization":
            yield str(told.get("name"))
        for value in told.values():
            yield from organizations_in(value)
