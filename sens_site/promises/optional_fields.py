"""What a form may be sent with: each optional field left empty while something else is said.

A number that is asked of who wants to be called is asked for, too. A field that hangs on another one
is met by one of these: all boxes ticked and nothing typed, each choice made with nothing typed, and all
typed but one field.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping

from privacy.promises.page_reader import Element

TYPED = {"text", "tel", "textarea", "url", "search", ""}


def ways_to_say_less(
    form: Element, needed: Mapping[str, str], optional: Collection[str]
) -> Iterator[dict[str, str]]:
    """Yield what to send, beside what is needed."""
    boxes = {
        box.get("name"): box.get("value") or "on"
        for box in form.all("input")
        if box.get("type") == "checkbox" and box.get("name") in optional
    }
    typed = [
        box.get("name")
        for box in form.all("input", "textarea")
        if box.get("name") in optional and (box.tag == "textarea" or box.get("type") in TYPED)
    ]
    nothing = dict.fromkeys(typed, "")
    yield {**nothing, **boxes}
    choices = [one for one in form.all("select") if one.get("name") in {*optional, *needed}]
    for choice in choices:
        for value in filter(None, (one.get("value") for one in choice.all("option"))):
            yield {**nothing, **boxes, choice.get("name"): value}
    for empty in typed if len(typed) > 1 else ():
        yield {name: "" if name == empty else "A word" for name in typed} | boxes


def by_somebody_new(needed: Mapping[str, str]) -> dict[str, str]:
    """Return what is needed with a name and an address that nobody has used."""
    word = f"check{secrets.token_hex(6)}"
    new = {"username": word, "email": f"{word}@example.com"}
    return {**needed, **{name: value for name, value in new.items() if name in needed}}
