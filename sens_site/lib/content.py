"""What belongs to one company and is no code: the folder that `CONTENT_DIR` names.

`settings.py` reads `company.toml` at the start, so that nothing serves a page without it; the
rooms read texts and policies from the same folder. Whatever is missing is named with what to write.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from django.utils.text import slugify

from sens_site.lib import departments as of_departments
from sens_site.lib.departments import Department, line_fault
from sens_site.lib.menu import KEYS_OF_A_LINK, Link, links_fault, menu_fault, paths_of, undrawn

COMPANY_FILE = "company.toml"
# Beside page texts, which the menu names, and policy versions, which `policy/versions.toml` names.
FILES = {
    COMPANY_FILE: "the names, the address and the menu of the company",
    "claims.toml": "what each mark in the policies means, and who answers for it",
    "vendors.toml": "the firms that hold or carry something for the website",
    "policy/versions.toml": "the list of the policies' versions, oldest first",
    "static/css/company.css": "the colors of the site: --accent, --on-accent, --deep and --night",
    "static/img/art.svg": "the drawings: `sheet` and `lost`, and those that the menu names",
    "static/img/icon.svg": "the picture in a browser's tab",
    "static/img/icon.png": "the picture on a phone's home screen, 180 by 180",
    "static/img/share.png": "the picture beside a link that somebody shares, 1200 by 630",
    "templates/company/logo.html": "the sign beside the name at the top of every page, as inline SVG",
    "templates/company/home_figure.html": "the drawing on the home page, from img/art.svg",
}
# The keys of each claim and of each version, with what could stand behind them.
CLAIM = {
    "id": '"company.who-we-are"',
    "number": "4",
    "class": '"O"',
    "section": '"IN"',
    "claim": '"The company behind the policy is Example Power Works."',
    "practice": '"The name and address are shown on every page."',
    "owner": '"Company counsel"',
}
VERSION = {
    "policy": '"privacy"',
    "number": "1",
    "file": '"privacy-1.md"',
    "kind": '"minor"',
    "reason": '"First version on record. It changes no earlier text."',
    "summary": '"This is the first version on record."',
    "posted_on": "2026-01-05",
    "effective_on": "2026-01-05",
}
VENDOR = {
    "key": '"hosting"',
    "part": '"Runs the servers on which this website is"',
    "receives": '"service providers"',
    "firm": '"Example Hosting, Inc."',
}
REDIRECT = {"old": '"/product/"', "new": '"/products/"'}
TASK = {"page": '"/about/"', "do": '"Say who founded the company."'}
# What only the company knows, and the site can do without until it says so.
LATER = {
    "governing_law": "the law that governs the terms",
    "jurisdiction": "the place of jurisdiction of the terms",
}
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class ContentError(ImproperlyConfigured):
    """Something of the company's is missing or unreadable. The message says what to write."""


def key(example: str) -> Any:
    """Declare a key of company.toml that must be there, by what could stand behind it."""
    return field(metadata={"example": example})


@dataclass(frozen=True, slots=True)
class Company:
    """The controller of the personal data that this site holds."""

    legal_name: str = key('"Example Power Works, Inc."')
    formal_name: str = key('"Example Power Works, a Corporation"')
    short_name: str = key('"Example Power"')
    street: str = key('"12 Example Street"')
    locality: str = key('"Anytown"')
    region: str = key('"OH"')
    postal_code: str = key('"00000"')
    country: str = key('"United States"')
    country_code: str = key('"US"')
    phone: str = key('"(555) 555-0100"')
    toll_free: str = key('"(800) 555-0101"')
    fax: str = key('"(555) 555-0102"')
    time_zone: str = key('"America/Chicago"')
    copyright_from: int = key("2020")
    copyright_to: int = key("2026")
    newsletter_teaser: str = key('"News about power supplies."')
    governing_law: str = key('"the law of the State of Ohio"')
    jurisdiction: str = key('"the courts of Anytown, Ohio"')
    password_words: tuple[str, ...] = key('["example", "power"]')
    reserved_usernames: tuple[str, ...] = key('["example-power"]')
    departments: tuple[Department, ...] = key('[{ path = "/contact/", label = "General Contact" }]')
    menu: tuple[Link, ...] = key('[{ path = "/contact/", label = "Contact" }]')

    @property
    def address_line(self) -> str:
        """The postal address on one line."""
        return f"{self.street}, {self.locality}, {self.region} {self.postal_code}"

    @property
    def copyright_years(self) -> str:
        """The years of the copyright line. Written down, not read from a clock (law 4)."""
        return f"{self.copyright_from}–{self.copyright_to}"

    @property
    def slug(self) -> str:
        """The short name as it stands in the names of files that people keep."""
        return slugify(self.short_name)


def read_content(file: Path) -> str:
    """Return the text of a file of the company's, or say which file to write."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(f"{file} is missing. {_what_to_write(file)}") from None
    except UnicodeDecodeError:
        raise ContentError(f"{file} is not UTF-8 text. Save it as UTF-8.") from None


def missing_files(folder: Path) -> dict[str, str]:
    """Return the files that every company needs and this one lacks, and what belongs into each."""
    return {name: what for name, what in FILES.items() if not (folder / name).is_file()}


def read_toml(file: Path) -> dict[str, Any]:
    """Return what a TOML file of the company's holds."""
    try:
        return tomllib.loads(read_content(file))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{file} cannot be read: {error}.") from None


def read_claims(folder: Path) -> list[dict[str, Any]]:
    """Return the claims of the company's policies. Raises ContentError with all faults at once."""
    return _read_rows(folder / "claims.toml", "claim", CLAIM)


def read_versions(folder: Path) -> list[dict[str, Any]]:
    """Return the versions of both policies. Raises ContentError with all faults at once.

    A company may say that it has none yet: it imports its first one in the admin.
    """
    file = folder / "policy" / "versions.toml"
    return [] if read_toml(file) == {"none_yet": True} else _read_rows(file, "version", VERSION)


def read_vendors(folder: Path) -> list[dict[str, Any]]:
    """Return the firms that work for the company. Raises ContentError with all faults at once."""
    return _read_rows(folder / "vendors.toml", "vendor", VENDOR)


def read_tasks(folder: Path) -> list[dict[str, Any]]:
    """Return what the company has still to add to its pages. No file is no task."""
    return _read_rows(f, "task", TASK) if (f := folder / "tasks.toml").is_file() else []


def read_topics(folder: Path) -> list[dict[str, Any]]:
    """Return the topics with which the newsletter begins. No file is no topic."""
    file = folder / "topics.toml"
    keys = dict.fromkeys(("slug", "title", "description"), '"products"')
    return _read_rows(file, "topic", keys) if file.is_file() else []


def read_redirects(folder: Path) -> list[dict[str, Any]]:
    """Return addresses of the company's former site, and what stands for them. No file is none."""
    return _read_rows(f, "redirect", REDIRECT) if (f := folder / "redirects.toml").is_file() else []


def _read_rows(file: Path, table: str, keys: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = read_toml(file).get(table)
    if not isinstance(rows, list) or not rows:
        raise ContentError(f"{file} holds no [[{table}]]. {_what_to_write(file)}")
    faults = [
        f"{name} is missing in [[{table}]] {place}. Write, for example: {name} = {example}"
        for place, row in enumerate(rows, 1)
        for name, example in keys.items()
        if name not in row
    ]
    if faults:
        raise ContentError("\n  ".join([f"{file} is not complete:", *faults]))
    return rows


def load_company(folder: Path) -> Company:
    """Read `company.toml`. Raises ContentError with all faults at once."""
    file = folder / COMPANY_FILE
    raw = read_toml(file)
    values = {name: _plain(value) for name, value in raw.items()}
    if "departments" in raw:
        values["departments"] = of_departments.departments_from(raw["departments"])
    faults = [*_faults(values, folder)]
    if faults:
        raise ContentError("\n  ".join([f"{file} is not complete:", *faults]))
    return Company(**values)


def _what_to_write(file: Path) -> str:
    for name, what in FILES.items():
        if file.as_posix().endswith(f"/{name}"):
            return f"It holds {what}; content/example/{name} is one to start from."
    return "Write it, or copy the one of content/example/ and change it."


def _plain(value: Any) -> Any:
    """Turn lists into tuples, and tables of a path and a label into links."""
    if isinstance(value, list):
        return tuple(_plain(one) for one in value)
    if isinstance(value, dict) and value.keys() <= KEYS_OF_A_LINK:
        parts = {"path": "", "label": ""} | {name: _plain(part) for name, part in value.items()}
        return Link(**parts)
    return value


def _faults(values: Mapping[str, Any], folder: Path) -> Iterator[str]:
    examples = {one.name: str(one.metadata["example"]) for one in fields(Company)}
    for unknown in values.keys() - examples.keys():
        yield f"{unknown} is no key of this file. Remove it."
    sound = set()
    for name, example in examples.items():
        line = f"Write, for example: {name} = {example}"
        if name not in values:
            yield f"{name} is missing. {line}"
        elif wrong := _RULES.get(name, line_fault)(values[name]):
            yield f"{name} {wrong}. {line}"
        else:
            sound.add(name)
    if {"copyright_from", "copyright_to"} <= sound and not (
        values["copyright_from"] <= values["copyright_to"]
    ):
        yield "copyright_to is a year before copyright_from. Write the later one."
    if {"departments", "menu"} <= sound:
        known = set(paths_of(values["menu"]))
        yield from of_departments.without_page(values["departments"], known, folder)
    if "menu" in sound:
        yield from undrawn(values["menu"], folder / "static" / "img" / "art.svg")


def _line_or_nothing(value: object) -> str:
    """What the company has not filled in yet is empty: `not_filled_in` names it."""
    return "" if value == "" else line_fault(value)


def _country_code(value: object) -> str:
    sound = isinstance(value, str) and re.fullmatch(r"[A-Z]{2}", value)
    return "" if sound else "is not the two letters of a country"


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # looked up in hundreds of files


def _time_zone(value: object) -> str:
    return "" if value in _time_zones() else "is no time zone"


def _year(value: object) -> str:
    return "" if type(value) is int and 1900 < value < 2200 else "is not a year"


def _words(value: object) -> str:
    sound = isinstance(value, tuple) and all(
        isinstance(word, str) and _WORD.fullmatch(word) for word in value
    )
    return "" if sound else "is not a list of words in small letters"


def _of_departments(value: object) -> str:
    if not isinstance(value, tuple) or not all(isinstance(one, Department) for one in value):
        return of_departments.NO_DEPARTMENTS
    return links_fault(
        tuple(Link(one.path, one.label) for one in value)
    ) or of_departments.fault_of(value)


_RULES: dict[str, Callable[[object], str]] = {
    "country_code": _country_code,
    "time_zone": _time_zone,
    **dict.fromkeys(LATER, _line_or_nothing),
    "copyright_from": _year,
    "copyright_to": _year,
    "password_words": _words,
    "reserved_usernames": _words,
    "departments": _of_departments,
    "menu": menu_fault,
}
