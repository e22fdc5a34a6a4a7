"""Where pages lead: what tells another site who somebody is, is seen in whatever leads there."""

from hashlib import sha256
from urllib.parse import quote

import pytest

from privacy.promises.visitor import Answer
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.link_rules import another_site_is_told_nobody
from privacy.promises.witness.rules import Known, known_of

ADA, EVE = Canary(), Canary()
SECRET = "s3cret-of-a-link-that-is-long"
PAGE = {"Content-Type": "text/html; charset=utf-8"}
OTHER = "https://survey.test"
SAID = "GET /an unknown address by a customer (200)"


def known() -> Known:
    found = known_of({"a customer": ADA, "an editor": EVE}, staff=frozenset({"an editor"}))
    found.secrets.add(SECRET)
    return found


def faults(html: str, of: Known | None = None, *, path: str = "/accounts/", leads_to: str = ""):
    headers = {"Location": leads_to} if leads_to else PAGE
    answer = Answer(path, 200, headers, {}, html)
    seen = Exchange("a customer", "GET", None, answer, frozenset({"session"}))
    found = another_site_is_told_nobody(seen, of or known())
    return [one.removeprefix(f"{SAID} ") for one in found]


@pytest.mark.parametrize(
    ("html", "said"),
    [
        (f'<a href="{OTHER}/a?b=c">A</a> <a href="/accounts/">B</a>', []),
        ('<a href="mailto:a@survey.test">A</a> <a href="tel:1">B</a>', []),
        (f'<a href="{OTHER}/?c={quote(ADA.email)}">A</a>', ["tells survey.test a email address"]),
        (f'<a href="//survey.test/{ADA.username}">A</a>', ["tells survey.test a user name"]),
        (f'<a href="{OTHER}/?n={EVE.name}">A</a>', []),
        (f'<a href="{OTHER}/#{SECRET}">A</a>', ["tells survey.test a secret"]),
        (
            f'<a href="{OTHER}/{sha256(ADA.email.encode()).hexdigest()}">A</a>',
            ["tells survey.test a number made from an email address"],
        ),
        (f'<form action="{OTHER}/">', ["sends on to survey.test by <form>"]),
        (f'<button formaction="{OTHER}/">', ["sends on to survey.test by <button>"]),
        (f'<meta http-equiv="Refresh" content="5; url={OTHER}/">', ["sends on to survey.test by <meta>"]),
        ('<meta name="a" content="b"><form action="/accounts/"><p>', []),
        (f'<svg><a xlink:href="{OTHER}/?{ADA.name}">', ["tells survey.test a name"]),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_leads_away_tells_nobody(html, said):
    assert faults(html) == said


def test_who_is_led_on_takes_nothing_along():
    led = faults("", leads_to=f"{OTHER}/?by={ADA.username}")
    assert led == ["tells survey.test a user name"]


def test_a_page_leads_everybody_to_the_same_addresses():
    of = known()
    first, second = (f'<a href="{OTHER}/?c={n}">A</a>' for n in "12")
    assert faults(first, of) == faults(first, of) == []
    assert faults(second, of) == ["leads each who looks to an address of their own at survey.test"]
    assert faults(second, of, path="/accounts/?page=2") == []
    assert faults(first, of, path="/admin/") == faults(second, of, path="/admin/") == []
