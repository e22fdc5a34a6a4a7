"""What README, CONTRIBUTING and docs/ name exists: files, modules, commands, addresses, laws, ids."""

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import Any

from django.apps import apps
from django.core.management import get_commands
from django.urls import resolve
from django.utils.module_loading import import_string

from sens_site.errors import no_such_page
from tests.architecture.recipes import RECIPES
from tests.architecture.source import ROOMS, ROOT, check_ids, files, python_files, text

DOCS = tuple(p for p in files() if p.endswith(".md") and re.match(r"(docs/|[A-Z]+\.md$)", p))
PRESENT = tuple(p for p in DOCS if p != "CHANGELOG.md")  # which speaks of what once was
MADE_BY_RECIPES = {step.file for recipe in RECIPES for step in recipe.steps}
MADE_BY_RUNNING = {"backup.sqlite3", "anchors.txt", "site.env"}
ENDINGS = r"(?:py|md|toml|html|sql|js|css|yml|yaml|json|txt|sh|env|svg)"
BLOCK = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
CHECK = re.compile(r"`(?:([a-z_]+)\.)?([EW]\d{3})`")
PRIVACY = ("consent", "datamap", "policy", "promises", "rights")
APPS = {path.split("/")[-2] for path in files() if path.endswith("/apps.py")}


def prose(path: str) -> str:
    """Return a document without its blocks of code."""
    return BLOCK.sub("", text(path))


def everywhere(pattern: str, *, blocks: bool = False) -> dict[str, set[str]]:
    """Return what a pattern finds in the documents, by document."""
    return {
        path: set(re.findall(pattern, text(path) if blocks else prose(path))) for path in PRESENT
    }


def unknown(found: dict[str, set[str]], exists: Any) -> dict[str, list[str]]:
    missing = {path: sorted(n for n in names if not exists(n)) for path, names in found.items()}
    return {path: names for path, names in missing.items() if names}


@lru_cache
def endings_of_paths() -> frozenset[str]:
    """Return all by which a file or, with a stroke at its end, a folder of ours can be named."""
    folders = {
        parent.as_posix() + "/" for path in files() for parent in PurePosixPath(path).parents
    }
    parts = [path.split("/") for path in (*files(), *folders)]
    return frozenset("/".join(part[n:]) for part in parts for n in range(len(part)))


def is_file(name: str) -> bool:
    """Tell whether the project has a file or folder whose path is, or ends with, a name."""
    return name in MADE_BY_RECIPES | MADE_BY_RUNNING | endings_of_paths()


def is_thing(name: str) -> bool:
    """Tell whether a dotted name is a module, something in one, or a model."""
    try:
        return find_spec(name) is not None or bool(import_string(name))
    except (ImportError, AttributeError, ValueError):
        pass
    try:
        return bool(import_string(name))
    except ImportError:
        return False


def is_address(name: str) -> bool:
    if any(
        path.endswith(f"/pages/{name.strip('/').replace('/', '__')}.md") for path in MADE_BY_RECIPES
    ):
        return True
    return resolve(re.sub(r"\bN\b", "1", name)).func is not no_such_page


def targets() -> set[str]:
    rules = re.findall(r"^([a-z -]+):(?!=)", text("Makefile"), re.MULTILINE)
    return {name for rule in rules for name in rule.split()}


def check_ids_in_docs() -> set[str]:
    found = set()
    for path in PRESENT:
        for line in prose(path).splitlines():
            label = ""
            for named, number in CHECK.findall(line):
                label = named or label
                found.add(f"{label}.{number}")
    return {one for one in found if one.split(".")[0] in APPS}


def laws() -> dict[int, str]:
    table = text("docs/architecture.md").split("\n## Laws\n")[1].split("\n## ")[0]
    return {int(n): row for n, row in re.findall(r"^\| (\d+) \| (.*)$", table, re.MULTILINE)}


def test_links_lead_to_files_and_headings():
    dead = []
    for path in DOCS:
        for target in re.findall(r"\]\(([^)#\s]*)(?:#[\w-]+)?\)", text(path)):
            place = (ROOT / path).parent / target
            if target and "://" not in target and not place.exists():
                dead.append(f"{path}: {target}")
        for target, anchor in re.findall(r"\]\(([^)#\s]*)#([\w-]+)\)", text(path)):
            page = (ROOT / path).parent / target if target else ROOT / path
            heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
            if anchor not in slugs:
                dead.append(f"{path}: {target}#{anchor}")
    assert dead == []


def test_files_that_documents_name_exist():
    by_ending = everywhere(
        rf"(?<![\w/.<*-])([\w-][\w.-]*(?:/[\w.-]+)*\.{ENDINGS})(?![\w/*-])", blocks=True
    )
    by_folder = everywhere(r"`([\w.-]+(?:/[\w.-]+)*/)`")
    named = {path: by_ending[path] | by_folder[path] for path in PRESENT}
    ours = {
        path: {n for n in names if not n.startswith(("var/", "www.")) and not n.startswith(".env")}
        for path, names in named.items()
    }
    assert unknown(ours, is_file) == {}


def test_modules_that_documents_name_exist():
    named = everywhere(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)(?:\(\))?`")
    modules = {
        path: {n for n in names if not CHECK.fullmatch(f"`{n}`")} for path, names in named.items()
    }
    assert unknown(modules, is_thing) == {}


def test_models_and_tables_that_documents_name_exist():
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    named = everywhere(rf"`((?:{'|'.join(sorted(APPS))})\.[A-Z][a-z]\w+)`")
    rows = everywhere(rf"`((?:{'|'.join(PRIVACY)})_[a-z]+)`")
    assert unknown(named, labels.__contains__) == {}
    assert unknown(rows, tables.__contains__) == {}


def test_make_targets_that_documents_name_exist():
    assert unknown(everywhere(r"(?:`|^)make ([a-z-]+)", blocks=True), targets().__contains__) == {}


def test_commands_that_documents_name_exist():
    commands = set(get_commands())
    assert unknown(everywhere(r"manage\.py ([a-z_]+)", blocks=True), commands.__contains__) == {}


def test_addresses_that_documents_name_exist():
    assert unknown(everywhere(r"`(/[\w./-]*)`"), is_address) == {}


def test_ids_of_checks_stand_in_the_documents_and_no_others():
    code, docs = set(check_ids()), check_ids_in_docs()
    assert len(code) > 25
    assert {"only in the code": code - docs, "only in the documents": docs - code} == {
        "only in the code": set(),
        "only in the documents": set(),
    }


def test_laws_are_numbered_and_each_says_what_keeps_it():
    assert list(laws()) == list(range(1, 18))
    assert [n for n, row in laws().items() if len(row.split(" | ")) != 2 or "`" not in row] == []


def test_every_law_that_the_code_cites_exists():
    cited = {
        f"{path}: {number}"
        for path in python_files()
        for group in re.findall(r"\b[Ll]aws? (\d+(?:(?:, | and )\d+)*)", text(path))
        for number in re.findall(r"\d+", group)
        if int(number) not in laws()
    }
    assert cited == set()


def test_the_table_of_behaviors_names_what_stands_in_each_file():
    part = text("docs/architecture.md").split("\n## Where is …?\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| `([^`]+)` \| `([^`]+)` \|$", part, re.MULTILINE)
    wrong = [f"{what}: {word}" for what, path, word in rows if word not in text(path)]
    assert (len(rows) >= 16, wrong) == (True, [])


def test_every_decision_stands_in_the_index():
    index = text("docs/decisions/README.md")
    decisions = [p.split("/")[-1] for p in DOCS if re.match(r"docs/decisions/\d{4}", p)]
    assert [name for name in decisions if f"]({name})" not in index] == []
    assert [int(name[:4]) for name in decisions] == list(range(1, len(decisions) + 1))
