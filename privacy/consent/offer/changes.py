"""What differs between two versions of a group: in words for visitors, and whether it is words only."""

from collections.abc import Mapping
from typing import Any

from privacy.consent.offer.catalogue import GROUP_BY_KEY

WORDING = frozenset({"purpose", "retention", "policy"})
"""Fields in which a change may be editorial. All others are facts."""


def _without_words(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {k: _without_words(v) for k, v in part.items() if k not in WORDING}
    if isinstance(part, list | tuple):
        return [_without_words(element) for element in part]
    return part


def only_words_differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether two versions have the same facts."""
    return bool(_without_words(old) == _without_words(new))


def _services(material: Mapping[str, Any]) -> dict[str, Any]:
    return {service["key"]: service for service in material.get("services", ())}


def describe(group_key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Say in one line what is different now."""
    names = {service.key: service.name for service in GROUP_BY_KEY[group_key].services}
    before, after = _services(old), _services(new)
    lines = [f"{names.get(key, key)} is new." for key in after if key not in before]
    lines += [f"{names.get(key, key)} is gone." for key in before if key not in after]
    lines += [
        f"What {names.get(key, key)} does or keeps has changed."
        for key in after
        if key in before and after[key] != before[key]
    ]
    if old.get("purpose") != new.get("purpose"):
        lines.append("Its purpose is described anew.")
    if old.get("policy") != new.get("policy"):
        lines.append("The privacy policy says something new about it.")
    return " ".join(lines) or "Its terms have changed."
