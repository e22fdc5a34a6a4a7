"""A new room is known to all that looks at rooms: nothing is kept for the rooms of today alone."""

import re

from django.conf import settings

from tests.architecture.source import PROJECT, ROOMS, ROOT, files, text

APPS = {
    path.removesuffix("/apps.py").replace("/", ".") for path in files() if path.endswith("/apps.py")
}
COMPOSITION = "sens_site"
LINTER = PROJECT["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in LINTER["contracts"]}


def names_in(lines: list[str]) -> set[str]:
    """Return the modules that the layers of a contract name."""
    return set(re.findall(r"[\w.]+", " ".join(lines)))


def test_every_app_of_ours_is_installed():
    assert [name for name in sorted(APPS) if name not in settings.INSTALLED_APPS] == []


def test_the_import_law_and_the_coverage_know_every_room():
    rooms = {name.split(".")[0] for name in APPS}
    measured = set(PROJECT["tool"]["coverage"]["run"]["source"])
    assert {"linter": rooms - set(ROOMS), "coverage": rooms - measured} == {
        "linter": set(),
        "coverage": set(),
    }


def test_the_layers_of_the_house_and_of_a_room_hold_for_every_app():
    rooms = {name.split(".")[0] for name in APPS} - {COMPOSITION}
    assert rooms - names_in(CONTRACTS["house"]["layers"]) == set()
    assert APPS - {COMPOSITION} - set(CONTRACTS["room"]["containers"]) == set()
    within = {name for name in APPS if name.startswith("privacy.")}
    assert within - names_in(CONTRACTS["privacy"]["layers"]) == set()


def test_the_map_of_the_house_names_every_app():
    table = re.findall(r"^\| (`.*?) \|", text("docs/architecture.md"), re.MULTILINE)
    named = set(re.findall(r"`([\w/]+)/`", " ".join(table)))
    assert [n for n in sorted(APPS) if n.replace(".", "/") not in named] == []


def test_what_the_tests_read_is_what_the_rooms_are():
    assert [name for name in ROOMS if not (ROOT / name / "__init__.py").is_file()] == []
