"""Habits of the code that no linter keeps."""

import re

import pytest

from tests.architecture.source import ROOMS, files, python_files, text

MAX_LINES, MAX_LINES_OF_TESTS = 350, 500
LONG_FOR_A_REASON = {
    "sens_site/settings.py": "one file holds all settings",
}
NOQA = re.compile(r"#\s*noqa(?!: [A-Z0-9, ]+ - \S)")
UNTOLD = re.compile(r"type: ignore(?!\[)")
ABROAD = "../" + "shared"
OTHER_FILES = re.compile(r"\.(svg|png|jpg|webp|ico|woff2|pdf)$|^requirements.*\.txt$|^LICENSE$")
WORDS_NOT_OURS = {  # docs/glossary.md says what we say instead
    "gdpr user": "data subject", "cookie log": "consent receipt", "tos ": "terms",
}  # fmt: skip


def test_files_are_small():
    long = {
        path: lines
        for path in python_files()
        if path not in LONG_FOR_A_REASON
        if (lines := text(path).count("\n"))
        > (MAX_LINES_OF_TESTS if path.startswith("tests/") else MAX_LINES)
    }
    assert long == {}


@pytest.mark.parametrize("path", [p for p in python_files() if not p.startswith("tests/")])
def test_every_exception_to_a_rule_says_why(path):
    lines = text(path).splitlines()
    untold = [line.strip() for line in lines if NOQA.search(line) or UNTOLD.search(line)]
    assert untold == []


def test_nothing_refers_to_what_lies_outside_the_project():
    tracked = [path for path in files() if not OTHER_FILES.search(path)]
    assert [path for path in tracked if ABROAD in text(path)] == []


def test_no_file_holds_a_word_that_the_glossary_replaces():
    said = {
        path: word
        for path in files()
        if path.split("/")[0] in (*ROOMS, "templates") and not OTHER_FILES.search(path)
        for word in WORDS_NOT_OURS
        if word in text(path).lower()
    }
    assert said == {}


def test_writes_stay_out_of_views_forms_and_signals():
    writing = re.compile(r"\.(save|create|bulk_create|update_or_create|get_or_create|delete)\(")
    allowed = {
        "form.save(",  # a form's save is itself checked: it is in forms.py
    }
    found = {
        f"{path}:{number}": line.strip()
        for path in python_files()
        if path.split("/")[0] in ROOMS and path.endswith(("views.py", "forms.py", "signals.py"))
        for number, line in enumerate(text(path).splitlines(), 1)
        if writing.search(line)
        and not any(part in line for part in allowed)
        and not line.lstrip().startswith("#")
    }
    assert found == {}
