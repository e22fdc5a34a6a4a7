"""A source of the tests' own beside those of the site."""

from collections.abc import Callable

import pytest

from search import registry
from search.registry import Entry
from search.services import refresh_index


@pytest.fixture
def found_in_tests(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Entry]]:
    """Make these entries the only ones that can be found; the list that is returned may change."""

    def only(*entries: Entry) -> list[Entry]:
        there = list(entries)
        source = registry.SearchSource("tests", "Tests", lambda: list(there))
        monkeypatch.setattr(registry, "SOURCES", {"tests": source})
        monkeypatch.setattr("search.sources.SOURCES", {"tests": source})
        monkeypatch.setattr("search.views.SOURCES", {"tests": source})
        monkeypatch.setattr("search.finding.SOURCES", {"tests": source})
        refresh_index()
        return there

    return only


def entry(key: str, title: str, text: str = "", *numbers: str, **more: object) -> Entry:
    return Entry(key=key, path=f"/{key}/", title=title, text=text, numbers=numbers, **more)  # type: ignore[arg-type]  # of the tests
