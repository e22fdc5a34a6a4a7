"""The script for strangers knocks where browsers do that come without encryption."""

import contextlib
from types import SimpleNamespace
from typing import Any

import pytest

from privacy.promises.outside import verify


@pytest.mark.parametrize(
    ("origin", "sent_to", "said"),
    [
        ("https://www.example.com", "https://www.example.com/", [False]),
        ("https://www.example.com", "http://www.example.com/en/", [True]),
        ("https://www.example.com", "", [True]),
        ("https://www.example.com:8443", "", []),
        ("http://127.0.0.1:8000", "", []),
    ],
)
def test_who_comes_without_encryption_is_to_be_sent_on_to_it(monkeypatch, origin, sent_to, said):
    """A page of another port has no door beside it that could be tried."""
    asked = []
    site = verify.Site(origin, {})

    def plain(address: str, timeout: float) -> Any:
        asked.append(address)
        return contextlib.nullcontext(
            SimpleNamespace(headers={"Location": sent_to} if sent_to else {})
        )

    page = SimpleNamespace(
        path="/", ways=set(), tags=[], cookies={}, status=403, foreign=[], opened=[]
    )
    page.__dict__.update(scripts=[], links=[], head="")
    monkeypatch.setattr(site.web, "open", plain)
    monkeypatch.setattr(site, "visit", lambda path: page)
    monkeypatch.setattr(site, "ask", lambda *args, **headers: page)
    found = [fault for words, fault in verify.look_at_pages(site) if "without encryption" in words]
    assert (found, asked) == (said, ["http://www.example.com/"] * len(said))
