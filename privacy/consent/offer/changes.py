"""What differs between two versions of a group: in words for visitors, and whether it is words only.

Both are read as they were recorded, so that a field or a service of an earlier catalogue is no
obstacle.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from privacy.consent.offer.catalogue import GROUP_BY_KEY
from privacy.consent.offer.parts import COOKIE

WORDING = frozenset({"purpose", "retention", "policy"})
"""Fields in which a change may be editorial. All others are facts."""


SAID_ABOVE = frozenset(
    {"key", "items", "origins", "recipient", "country", "retention", "purpose", "gpc_covered"}
)
"""Fields of a service for which a visitor reads words of their own."""


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
    """Say what is different now, fact by fact, for somebody who allowed the group before."""
    names = {service.key: service.name for service in GROUP_BY_KEY[group_key].services}
    before, after = _services(old), _services(new)
    lines = [
        f"{names.get(key, key)}{_where_to(service)} is new."
        for key, service in after.items()
        if key not in before
    ]
    lines += [f"{names.get(key, key)} is gone." for key in before if key not in after]
    for key in after:
        if key in before and after[key] != before[key]:
            lines += _service_lines(names.get(key, key), before[key], after[key])
    if old.get("purpose") != new.get("purpose"):
        lines.append(f"Its purpose is described anew: {new.get('purpose', '')}")
    if old.get("policy") != new.get("policy"):
        lines.append("The privacy policy says something new about it.")
    return " ".join(lines) or "Its terms have changed."


def _where_to(service: Mapping[str, Any]) -> str:
    parts = [service.get("recipient"), service.get("country")]
    return f" ({', '.join(filter(None, parts))})" if any(parts) else ""


def _service_lines(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    yield from _item_lines(name, old.get("items", ()), new.get("items", ()))
    if _differs("recipient", old, new):
        yield f"{name} gives what it learns to {new['recipient']}, not to {old['recipient']}."
    if _differs("country", old, new):
        yield f"{name} sends it to another country: {new['country']}, not {old['country']}."
    if _differs("retention", old, new):
        yield f"How long {name} keeps it is described anew: {new['retention']}"
    if _differs("purpose", old, new):
        yield f"What {name} is for is described anew: {new['purpose']}"
    yield from _host_lines(name, old.get("origins", {}), new.get("origins", {}))
    if _differs("gpc_covered", old, new):
        verb = "now switches" if new["gpc_covered"] else "no longer switches"
        yield f"A browser’s opt-out signal {verb} {name} off."
    if any(_differs(field, old, new) for field in (old.keys() | new.keys()) - SAID_ABOVE):
        yield f"What our pages tell {name} has changed."


def _differs(field: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return bool(old.get(field) != new.get(field))


def _item_lines(name: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
    before, after = ({_item_key(item): item for item in items} for items in (old, new))
    for key, item in after.items():
        called = _called(item)
        if key not in before:
            yield f"{name}: a new {called}, kept {_life(item)}. {item.get('purpose', '')}".rstrip()
            continue
        if _life(item) != _life(before[key]):
            yield f"{name}: the {called} is kept {_life(item)}, not {_life(before[key])}."
        if _differs("purpose", before[key], item):
            yield f"{name}: what the {called} is for is described anew: {item['purpose']}"
        if any(_differs(f, before[key], item) for f in ("path", "on_parent", "foreign")):
            yield f"{name}: the {called} is sent to other addresses."
    yield from (
        f"{name}: the {_called(item)} is gone." for key, item in before.items() if key not in after
    )


def _item_key(item: Mapping[str, Any]) -> tuple[Any, ...]:
    return item["name"], item.get("prefix", False), item.get("kind", COOKIE)


def _called(item: Mapping[str, Any]) -> str:
    kind = "cookie" if item.get("kind", COOKIE) == COOKIE else "entry in your browser’s storage"
    return f"{kind} {item['name']}{'*' if item.get('prefix') else ''}"


def _life(item: Mapping[str, Any]) -> str:
    days, minutes = item.get("life_days", 0), item.get("life_minutes", 0)
    if minutes:
        return f"{minutes} minutes"
    if days:
        return "1 day" if days == 1 else f"{days} days"
    return (
        "until you close the browser"
        if item.get("kind", COOKIE) == COOKIE
        else "until you delete it"
    )


def _host_lines(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = ({h for hosts in origins.values() for h in hosts} for origins in (old, new))
    for hosts, word in ((after - before, "now"), (before - after, "no longer")):
        if hosts:
            listed = ", ".join(sorted(host.partition("//")[2] for host in hosts))
            yield f"{name} {word} exchanges data with {listed}."
    if before == after and old != new:
        yield f"{name} loads other kinds of things from the same places."
