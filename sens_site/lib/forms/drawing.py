"""The parts of a form that every form has, drawn by plain Python: twenty times as fast as a template.

The templates go on saying how a part looks. What is drawn here stands for a template only as long
as its text, and that of those it includes, is the one that was rewritten: another of that name, ours
or the company's, or another version of Django's, is drawn as it is. A test compares both.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.template.loader import get_template
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeData

Context = Mapping[str, Any]


def value_html(value: Any) -> str:
    """Write a value as `{{ value|stringformat:'s' }}` does."""
    text = str(value)
    return text if isinstance(value, SafeData) else escape(text)


def attributes_html(attributes: Mapping[str, Any] | None) -> str:
    """Write attributes as `django/forms/attrs.html` does."""
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{value_html(value)}"'
        for name, value in (attributes or {}).items()
        if value is not False
    )


def input_html(context: Context) -> str:
    widget = context["widget"]
    value = "" if widget["value"] is None else f' value="{value_html(widget["value"])}"'
    return (
        f'<input type="{conditional_escape(widget["type"])}" '
        f'name="{conditional_escape(widget["name"])}"{value}{attributes_html(widget["attrs"])}>'
    )


def textarea_html(context: Context) -> str:
    widget = context["widget"]
    value = conditional_escape(widget["value"]) if widget["value"] else ""
    name = conditional_escape(widget["name"])
    return f'<textarea name="{name}"{attributes_html(widget["attrs"])}>\n{value}</textarea>'


def list_html(context: Context) -> str:
    """Draw a list of choices: at the desk it has hundreds."""
    widget = context["widget"]
    drawn = [
        f'<select name="{conditional_escape(widget["name"])}"{attributes_html(widget["attrs"])}>'
    ]
    for name, choices, _ in widget["optgroups"]:
        if name:
            drawn.append(f'\n  <optgroup label="{conditional_escape(name)}">')
        drawn += [
            f'\n  <option value="{value_html(one["value"])}"{attributes_html(one["attrs"])}>'
            f"{conditional_escape(one['label'])}</option>\n"
            for one in choices
        ]
        if name:
            drawn.append("\n  </optgroup>")
    return "".join([*drawn, "\n</select>"])


def label_html(context: Context) -> str:
    label, tag = conditional_escape(context["label"]), context["tag"]
    if not context["use_tag"]:
        return label.strip()
    return f"<{tag}{attributes_html(context['attrs'])}>{label}</{tag}>"


def group_html(context: Context) -> str:
    """Draw label, notes and input of one field, in the order in which they are read out."""
    field = context["field"]
    if field.is_hidden:
        return str(field)
    errors = list(field.errors)
    notes = notes_html(field, errors)
    if field.widget_type == "checkbox":
        inside = f'<div class="choice">{field}{field.label_tag()}</div>\n{notes}\n'
    elif field.use_fieldset:
        named = field.aria_describedby
        told = f'aria-describedby="{escape(named)}"' if named else ""
        inside = f"<fieldset\n{told}>\n{field.legend_tag()}\n{notes}\n{field}\n</fieldset>\n"
    else:
        inside = f"{field.label_tag()}\n{notes}\n{field}\n"
    return f'<div class="field{" invalid" if errors else ""}">\n{inside}</div>'


def notes_html(field: Any, errors: Iterable[Any]) -> str:
    hint = error = ""
    if field.help_text:
        text = conditional_escape(field.help_text)
        hint = f'<div class="hint" id="{escape(field.auto_id)}_helptext">{text}</div>\n'
    said = "".join(
        f'<p><span class="visually-hidden">Error:</span> {conditional_escape(one)}</p>\n'
        for one in errors
    )
    if said:
        error = f'<div class="error" id="{escape(field.auto_id)}_error">\n{said}</div>\n'
    return f"\n{hint}{error}"


FIELD = 'class="field'


def has_fields(drawn: str) -> bool:
    """Tell whether a page asks people to type something, in a form of the site's own manner.

    There the question about cookies stands below: its answer leads to the page anew, and would take
    what was typed.
    """
    return FIELD in drawn


@dataclass(frozen=True, slots=True)
class Drawing:
    """What draws a part, and which text of which templates it stands for."""

    draw: Callable[[Context], str]
    templates: tuple[str, ...]
    digest: str

    def stands(self) -> bool:
        """Tell whether the templates still say what was rewritten here."""
        return digest_of(self.templates) == self.digest


def digest_of(templates: Iterable[str]) -> str:
    """Name the text of some templates, as the engine of the site finds them."""
    sources = (vars(get_template(name))["template"].source for name in templates)
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()[:16]


WIDGETS = "django/forms/widgets"
INPUT = (f"{WIDGETS}/input.html", f"{WIDGETS}/attrs.html")
DRAWINGS = {
    "site/group.html": Drawing(
        group_html, ("site/group.html", "site/notes.html"), "890e0437ea6c5728"
    ),
    "django/forms/label.html": Drawing(
        label_html, ("django/forms/label.html", "django/forms/attrs.html"), "a07c4a61371270fc"
    ),
    f"{WIDGETS}/textarea.html": Drawing(
        textarea_html, (f"{WIDGETS}/textarea.html", f"{WIDGETS}/attrs.html"), "4718966255eef51d"
    ),
    f"{WIDGETS}/select.html": Drawing(
        list_html,
        (f"{WIDGETS}/select.html", f"{WIDGETS}/select_option.html", f"{WIDGETS}/attrs.html"),
        "0724c15130e8c70c",
    ),
    **{
        f"{WIDGETS}/{kind}.html": Drawing(
            input_html, (f"{WIDGETS}/{kind}.html", *INPUT), "7c5c5ad3942d8422"
        )
        for kind in ("checkbox", "date", "email", "hidden", "number", "password", "tel", "text")
    },
}


@cache
def drawing_of(template: str) -> Callable[[Context], str] | None:
    """Return what draws a template's part in its place, or None where the template has to."""
    found = DRAWINGS.get(template)
    return found.draw if found is not None and found.stands() else None
