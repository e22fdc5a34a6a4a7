"""`manage.py start_content DIR`: the beginning of a site for another company."""

import json
import re
import shutil
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from sens_site.lib.content import LATER, load_company
from sens_site.lib.departments import OF_A_DEPARTMENT

NEXT = """\
Copied the example company to {folder}. Next:
  1. Write your own names, address and menu into {folder}/company.toml.
  2. Write the texts in {folder}/pages and replace logo and icons in {folder}/templates and static.
  3. Have your counsel read the policies in {folder}/policy, and claims.toml beside it.
  4. Set CONTENT_DIR={folder} in .env. `manage.py check` names what is missing.
  5. Start with an empty database: the policies of another company stay in the one they were loaded to."""
NEXT_OF_YOURS = """\
Wrote {folder}. Next:
  1. Set CONTENT_DIR={folder} in .env, and start the site with an empty database.
  2. Make yourself an account with `manage.py make_staff`, and open /admin/: the set-up list there names
     what is still to be filled in, and where. Gaps bear the words “[your …]”."""
NO_VERSIONS = """\
# The versions of both policies that are loaded at the first start. There are none: the first one is
# imported or written in the administration, and sealed there.
none_yet = true
"""
TASKS = {
    "/": "Say in two sentences what you make, and for whom.",
    "/about/": "Say who you are.",
    "/products/": "Say what you offer.",
    "/support/": "Say how you help your customers.",
}
GAPS = {
    "street": "[your street]",
    "locality": "[your town]",
    "region": "[your state]",
    "postal_code": "[your postal code]",
    "phone": "[your phone]",
    "toll_free": "[your free phone]",
    "fax": "[your fax]",
}
"""What nobody can know but the company. Visitors never read it: the set-up list asks for it first."""
OF_DEPARTMENTS = re.compile(rf"^({'|'.join(OF_A_DEPARTMENT)}) = .*$", re.MULTILINE)
OF_FIRMS = re.compile(r"^(country|safeguard|agreed_on) = .*\n", re.MULTILINE)


class Command(BaseCommand):
    """Copy the example company's content."""

    help = (
        "Copy the content of the example company to DIR. With --name it is begun for a company of "
        "that name: without the example's facts, firms and policies."
    )
    requires_system_checks = ()  # it is what one runs to mend what they find missing

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the arguments."""
        parser.add_argument("dir", type=Path, metavar="DIR", help="a new or empty folder")
        parser.add_argument("--name", default="", help="what the company is called")
        parser.add_argument("--legal-name", default="", help="its full name, if that is another")
        parser.add_argument("--time-zone", default="UTC", help="such as Europe/Berlin")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, and say what to do next."""
        folder: Path = options["dir"]
        if folder.exists() and not folder.is_dir():
            raise CommandError(f"{folder} is a file. Name a new or empty folder.")
        if folder.is_dir() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty. Name a new or empty folder.")
        name, zone = options["name"].strip(), options["time_zone"]
        legal = options["legal_name"].strip() or name
        if name and not (slugify(name) and name.isprintable() and legal.isprintable()):
            raise CommandError("--name is a line of text, with a letter or digit.")
        if zone not in available_timezones():
            raise CommandError(f"{zone} is no time zone. Write, for example: Europe/Berlin")
        shutil.copytree(settings.BASE_DIR / "content" / "example", folder, dirs_exist_ok=True)
        if name:
            begin(folder, name=name, legal=legal, zone=zone)
        self.stdout.write((NEXT_OF_YOURS if name else NEXT).format(folder=folder.resolve()))


def begin(folder: Path, *, name: str, legal: str, zone: str) -> None:
    """Take what is the example's out of a copy of it, and put the company's name in."""
    shown = load_company(folder)
    town = f"{shown.locality}, Ohio"
    facts = {town: GAPS["locality"]} | {getattr(shown, key): gap for key, gap in GAPS.items()}
    names = {
        shown.formal_name: legal,
        shown.legal_name: legal,
        shown.legal_name.partition(",")[0]: name,
        shown.short_name: name,
    }
    for file in sorted((folder / "pages").glob("*.md")):
        _replace(file, {**names, **facts})
    sentences = {f"{shown.formal_name}.": f"{legal.rstrip('.')}."}
    words = {one: _in_toml(own) for one, own in {**names, **sentences}.items()}
    _replace(folder / "claims.toml", words)
    _write_company(folder / "company.toml", name=name, legal=legal, zone=zone)
    vendors = folder / "vendors.toml"
    text = OF_FIRMS.sub("", vendors.read_text("utf-8"))
    vendors.write_text(re.sub(r'^firm = ".*"$', 'firm = ""', text, flags=re.MULTILINE), "utf-8")
    shutil.rmtree(folder / "documents")
    for file in (folder / "policy").glob("*.md"):
        file.unlink()
    (folder / "policy" / "versions.toml").write_text(NO_VERSIONS, "utf-8")
    tasks = (f'[[task]]\npage = "{page}"\ndo = "{do}"\n' for page, do in TASKS.items())
    (folder / "tasks.toml").write_text("\n".join(tasks), "utf-8")


def _write_company(file: Path, *, name: str, legal: str, zone: str) -> None:
    words = slugify(name).split("-")
    values: dict[str, object] = {
        "legal_name": legal,
        "formal_name": legal,
        "short_name": name,
        **GAPS,
        "time_zone": zone,
        "newsletter_teaser": f"News from {name}.",
        **dict.fromkeys(LATER, ""),
        "password_words": words,
        "reserved_usernames": list(dict.fromkeys([slugify(name), "".join(words)])),
    }
    text = file.read_text("utf-8").replace(" This company does not exist.", "")
    text = OF_DEPARTMENTS.sub(r'\1 = ""', text)
    for key, value in values.items():
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        before, _, after = re.split(rf"^({key} = .*)$", text, maxsplit=1, flags=re.MULTILINE)
        text = f"{before}{line}{after}"
    file.write_text(text, "utf-8")


def _replace(file: Path, words: Mapping[str, str]) -> None:
    """Put one company's words in the places of another's: the longest first."""
    text = file.read_text("utf-8")
    for theirs in sorted(words, key=len, reverse=True):
        text = text.replace(theirs, words[theirs])
    file.write_text(text, "utf-8")


def _in_toml(text: str) -> str:
    """Return a text as it stands between the quotes of a string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
