"""A form as it stands before anybody has typed in it, drawn once: crispy takes 2 ms for each.

What a person's own form is filled in with is left out when it is drawn, and put in for each request.
So nothing personal is kept, and the bytes are those of `{% crispy form %}`. A form that comes back
with mistakes is drawn whole.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping

from crispy_forms.utils import render_crispy_form
from django import forms
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - a template drew it

from sens_site.lib.cache.fragment_cache import drawn_once

_HOLE = re.compile(' value="\0(.*?)\0"')

Pieces = tuple[str, ...]
"""What stands around the values, and between each two of these the name of a field."""


def kept_form(
    key: Hashable, make: Callable[[], forms.Form], values: Mapping[str, str] | None = None
) -> SafeString:
    """Draw an empty form, with values in its one-line fields.

    `key` names the form, with all that it is made of and that is no value: it may name nobody.
    """
    known = values or {}
    pieces = drawn_once(("form", key), lambda: _draw(make, known))
    return mark_safe(
        "".join(_value_html(known[one]) if at % 2 else one for at, one in enumerate(pieces))
    )


def _value_html(value: str) -> str:
    return f' value="{escape(value)}"' if value else ""


def _draw(make: Callable[[], forms.Form], names: Iterable[str]) -> Pieces:
    form = make()
    form.initial = {**form.initial, **{name: f"\0{name}\0" for name in names}}
    return tuple(_HOLE.split(render_crispy_form(form)))
