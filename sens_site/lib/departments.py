"""The departments of a company: what `company.toml` says of each, and what it may say."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from sens_site.lib.email_address import AddressError, canonical

# What a form of a department may ask beside name, address, telephone number and message.
FIELDS = (
    "about", "company", "order_number", "model", "serial_number", "site", "photos", "answer",
)  # fmt: skip
OF_A_DEPARTMENT = {
    "recipient": '"sales@example.com"',
    "hours": '"Monday to Friday, 8 am to 5 pm"',
}
"""What is asked of a department with a form, and the site can do without until the company says it."""
UNDER_CONTACT = "/contact/"
TAKEN_UNDER_CONTACT = ("webmaster", "messages")
LONGEST_TOPIC = 40


@dataclass(frozen=True, slots=True)
class Department:
    """Whom people can turn to. With `fields`, even none of them, its page below Contact has a form."""

    path: str
    label: str
    in_footer: bool = True
    fields: tuple[str, ...] | None = None
    recipient: str = ""
    hours: str = ""
    phone: str = ""

    @property
    def topic(self) -> str:
        """The name under which its messages are stored."""
        return self.path.removeprefix(UNDER_CONTACT).strip("/").replace("/", "-")

    def asks_for(self, name: str) -> bool:
        """Tell whether its form has one of the fields that a form may have."""
        return name in (self.fields or ())


NO_DEPARTMENTS = (
    "is not a list of departments, each with path and label and no key but "
    + ", ".join(one.name for one in fields(Department))
)


def departments_from(value: Any) -> Any:
    """Turn tables with the keys of a department into departments."""
    known = {one.name for one in fields(Department)}
    if not isinstance(value, list) or not all(
        isinstance(one, dict) and one.keys() <= known for one in value
    ):
        return value
    return tuple(_department_from(one) for one in value)


def _department_from(table: dict[str, Any]) -> Department:
    said: dict[str, Any] = {"path": "", "label": "", **table}
    if isinstance(said.get("fields"), list):
        said["fields"] = tuple(said["fields"])
    return Department(**said)


def line_fault(value: object) -> str:
    """Say that something is no line of text, or nothing."""
    if isinstance(value, str) and value.strip() and value.isprintable():
        return ""
    return "is not a line of text"


def fault_of(departments: tuple[Department, ...]) -> str:
    """Say what is wrong with the departments, or nothing."""
    topics = [one.topic for one in departments if one.fields is not None]
    if len(set(topics)) < len(topics):
        return "has two forms under one name"
    return next((wrong for wrong in map(_department, departments) if wrong), "")


def _department(one: Department) -> str:
    for name, rule in (("recipient", _mailbox), ("hours", line_fault), ("phone", line_fault)):
        said: object = getattr(one, name)
        if said != "" and (wrong := rule(said)):
            return f"holds for {one.path} a {name} that {wrong}"
    in_footer, asked = cast("Any", one.in_footer), cast("Any", one.fields)
    if type(in_footer) is not bool:
        return f"holds for {one.path} an in_footer that is neither true nor false"
    if asked is None:
        return ""
    if not isinstance(asked, tuple) or not all(name in FIELDS for name in asked):
        return f"holds for {one.path} fields that are none of {', '.join(FIELDS)}"
    if not one.path.startswith(UNDER_CONTACT) or one.topic in ("", *TAKEN_UNDER_CONTACT):
        return f"gives {one.path} a form, which only a free address under {UNDER_CONTACT} can have"
    return (
        f"gives a form to {one.path}, which is too long" if len(one.topic) > LONGEST_TOPIC else ""
    )


def _mailbox(value: object) -> str:
    try:
        canonical(value if isinstance(value, str) else "")
    except AddressError:
        return "is no email address"
    return ""


def gaps_of(departments: Iterable[Department]) -> Iterator[str]:
    """Yield what is not filled in yet, of those that have a form."""
    for one in departments:
        empty = [name for name in OF_A_DEPARTMENT if not getattr(one, name)]
        if one.fields is not None and empty:
            yield f"{one.label}: {', '.join(empty)}"


def without_page(
    departments: Iterable[Department], known: Collection[str], folder: Path
) -> Iterator[str]:
    """Say of which departments there is no page: the menu names it, or a text stands below another."""
    for one in departments:
        text = f"pages/{one.path.strip('/').replace('/', '__')}.md"
        if one.path not in known and not (folder / text).is_file():
            yield (
                f"departments leads to {one.path}, which menu does not name. Add it there, or write "
                f"{text}."
            )
