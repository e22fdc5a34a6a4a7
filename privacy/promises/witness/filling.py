"""Filling in a form as a person would, with words that stand nowhere else."""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from privacy.promises.page_reader import Element
from privacy.promises.witness.canary import Canary

UNTOUCHED = ("hidden", "submit", "button", "file", "image", "reset")
LEADING_ELSEWHERE = {"_addanother", "_continue"}
"""Django’s own buttons that do what “Save” does, and lead to another page after it."""


def filled(form: Element, person: Canary, led: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield what a form sends when all of it is filled in, and when little is, by each button.

    A button that only leads elsewhere is not pressed anew once it has (`led`, looked at each time).
    """
    whole, least = _fields(form, person, whole=True), _fields(form, person, whole=False)
    buttons = [
        {one.get("name"): one.get("value")}
        for one in form.all("button", "input")
        if (one.get("type") or one.tag) in ("submit", "button") and one.get("name")
    ]
    for data in (whole, least) if least != whole else (whole,):
        for button in buttons or ({},):
            if not LEADING_ELSEWHERE & set(led) & set(button):
                yield {**data, **button}


def _fields(form: Element, person: Canary, *, whole: bool) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for box in form.all("input", "textarea", "select"):
        name, kind = box.get("name"), box.get("type") or "text"
        if not name or "disabled" in box.attrs or box.get("tabindex") == "-1":
            continue
        if box.tag == "select":
            options = [option.get("value") for option in box.all("option")]
            chosen = [value for value in options if value]
            # All of it: the last choice there is. The least: what stands there first, or nothing.
            data[name] = (chosen[-1:] if whole else options[:1]) or ""
        elif box.tag == "textarea":
            data[name] = box.raw.strip() or f"Some words: {person.text}"
        elif kind in ("checkbox", "radio"):
            if whole or "checked" in box.attrs:
                data[name] = box.get("value") or "on"
        elif kind == "hidden":
            data[name] = box.get("value")
        elif kind not in UNTOUCHED:
            data[name] = box.get("value") or typed(name, kind, person)
    return data


def typed(name: str, kind: str, person: Canary) -> str:
    """Return what somebody types into a box of some name and kind."""
    if kind == "email" or "email" in name:
        return person.email
    if kind == "password":
        return f"plover lantern {person.password}"
    if kind == "date" or name.endswith("_on"):
        return (timezone.localdate() + timedelta(days=40)).isoformat()
    if kind == "number":
        return "1"
    words: Mapping[str, str] = {
        "username": person.username, "login": person.username, "phone": person.phone,
        "company": person.company, "position": person.position, "name": person.name,
    }  # fmt: skip
    return words.get(name, person.text)
