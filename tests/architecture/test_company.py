"""What belongs to one company stands in `content/` and nowhere else."""

import re

import pytest
from django.conf import settings

from tests.architecture.source import ROOT, files, text

# The package keeps its name, and the folder of the company bears the company's.
NAMES_OF_OURS = re.compile(rf"sens_site|{settings.CONTENT_DIR.relative_to(ROOT).as_posix()}")
PICTURES = re.compile(r"\.(png|jpg|webp|ico|woff2|pdf|zst)$")
SHORT = settings.COMPANY.short_name.lower()
LONG = settings.COMPANY.legal_name.lower().split()


def traces_in(source: str) -> list[str]:
    """Return how a text names the company, its place or its numbers, however they are joined."""
    company = settings.COMPANY
    facts = (company.street, company.locality, company.phone, company.toll_free, company.fax)
    words = [
        rf"(?<![a-z]){SHORT}(?![a-z])",
        f"{LONG[0]}.?{LONG[1]}",
        *(re.escape(fact.lower()) for fact in facts),
        *(re.sub(r"\D+", r"\\D", fact[1:]) for fact in facts[2:]),
    ]
    return re.findall("|".join(words), NAMES_OF_OURS.sub("", source.lower()))


def test_the_company_is_named_in_its_content_only():
    elsewhere = {
        path: found
        for path in files()
        if path.split("/")[0] != "content" and not PICTURES.search(path)
        if (found := traces_in(f"{path}\n{text(path)}"))
    }
    assert elsewhere == {}


def test_the_example_does_not_name_it_either():
    example = [path for path in files() if path.startswith("content/example/")]
    named = {p: f for p in example if not PICTURES.search(p) if (f := traces_in(text(p)))}
    assert len(example) > 15
    assert named == {}


@pytest.mark.parametrize(
    "words",
    [
        f"About {SHORT.upper()}",
        f"www.{SHORT}-usa.com",
        f"webmaster@{SHORT}.test",
        f"CREATE ROLE {SHORT}_web",
        f"/srv/{SHORT}",
        f"{LONG[0].title()} {LONG[1].title()}",
        f"{LONG[0]}{LONG[1]}",
        settings.COMPANY.toll_free.strip("(").replace(") ", ".").replace("-", "."),
    ],
)
def test_each_way_to_name_it_is_found(words):
    assert traces_in(words) != []


@pytest.mark.parametrize("words", ["sensible", "case_sensitive", "sens_site.settings", "presents"])
def test_other_words_are_not(words):
    assert traces_in(words) == []
