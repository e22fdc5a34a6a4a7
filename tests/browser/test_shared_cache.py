"""A shared cache in front of the site: what one visitor allowed never reaches another.

nginx, with what `manage.py nginx_conf` writes and a cache that somebody has added to it although
docs/operations.md says not to, stores pages in three ways: by the site's own headers; for ten minutes whatever
`Cache-Control` says, with nothing but `Vary` to keep visitors apart; and for ten minutes for
requests without cookie, with and without the signal, as docs/consent.md advises.
"""

import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from tests import nginx
from tests.browser.settings import hold_port

WAYS = {
    "by the site's headers": "proxy_cache_key $uri;",
    "by Vary alone": """
        proxy_cache_key $uri;
        proxy_ignore_headers Cache-Control Expires; proxy_cache_valid 200 10m;
    """,
    "as advised": """
        proxy_cache_key $scheme$host$request_uri$opts_out;
        proxy_ignore_headers Cache-Control Expires Vary; proxy_cache_valid 200 10m;
        proxy_cache_bypass $http_cookie;
        proxy_no_cache $http_cookie;
    """,
}
FOR_ALL = """
  map $http_sec_gpc $opts_out {{ default ""; "~(^|,)[ \t]*1[ \t]*(,|$)" "1"; }}
  proxy_cache_path {folder}/cache keys_zone=pages:1m;
"""
CACHED = "{asks} proxy_cache pages; {way} add_header X-Cache $upstream_cache_status always;"
TAG = "/static/consent/"


class Page(NamedTuple):
    """One answer of the cache."""

    text: str
    policy: str
    cache: str
    cookies: dict[str, str]

    @property
    def is_a_strangers(self) -> bool:
        """Nothing third-party, and the question still asked."""
        return (
            TAG not in self.text and "https://" not in self.policy and 'value="accept"' in self.text
        )


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Takes a 303 as the answer that it is."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


Visit = Callable[..., Page]


@pytest.fixture(params=WAYS)
def visit(
    request: pytest.FixtureRequest, tmp_path: Path, site: str, settings: Any
) -> Iterator[Visit]:
    """Start nginx before the site, and give a way to ask it for pages."""
    held, port = hold_port()
    settings.SITE_ORIGIN, settings.TRUSTED_PROXY_COUNT = f"http://127.0.0.1:{port}", 1
    configuration = nginx.configuration(tmp_path, behind=int(site.rpartition(":")[2])).replace(
        nginx.ASKS_THE_SITE, CACHED.format(asks=nginx.ASKS_THE_SITE, way=WAYS[request.param])
    )
    opener = urllib.request.build_opener(NoRedirect)

    def ask(path: str, *, cookie: str = "", form: str = "", **headers: str) -> Page:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie:
            sent["Cookie"] = cookie
        if form:
            sent |= {"Sec-Fetch-Site": "same-origin"}
        data = form.encode() if form else None
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, sent)
        try:
            answer = opener.open(asked, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        cookies = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
        return Page(
            answer.read().decode(),
            answer.headers.get("Content-Security-Policy", ""),
            answer.headers.get("X-Cache", ""),
            dict(cookie.split("=", 1) for cookie in cookies),
        )

    for_all = FOR_ALL.format(folder=tmp_path)
    with held, nginx.serving(tmp_path, configuration, port=port, http=for_all):
        yield ask
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)


def cookie_after(visit: Visit, form: str) -> str:
    """Answer what the cookies page asks and give the cookie that the browser then sends."""
    (shown,) = re.findall(r'name="shown" value="([^"]*)"', visit("/cookies/").text)
    answer = visit("/cookies/choose/", form=f"{form}&{urlencode({'shown': shown})}")
    return f"cookie_consent={answer.cookies['cookie_consent']}"


def test_a_stranger_after_a_consenter_gets_a_strangers_page(visit: Visit, everything_on: None):
    allowed = cookie_after(visit, "choice=accept")
    refused = cookie_after(visit, "choice=reject")
    for path in ("/about/", "/cookies/", "/"):
        first = visit(path, cookie=allowed)
        assert TAG in first.text or path == "/cookies/"
        for _ in range(3):
            stranger = visit(path)
            assert TAG not in stranger.text
            assert "https://" not in stranger.policy
            assert stranger.is_a_strangers
            assert visit(path, cookie=allowed).text == first.text
        rejecter = visit(path, cookie=refused)
        assert TAG not in rejecter.text
        assert 'class="cookie-banner"' not in rejecter.text
        signalled = visit(path, Sec_GPC="1")
        assert "opt-out preference signal" in signalled.text.lower()
        assert "opt-out preference signal" not in visit(path).text.lower()
        garbage = visit(path, cookie="cookie_consent=analytics=z|marketing=9999")
        assert garbage.is_a_strangers
        both = visit(path, cookie=allowed, Sec_GPC="1")
        assert f"{TAG}google" not in both.text  # what the signal does not cover stays on
        assert f"{TAG}google" in first.text or path == "/cookies/"


def test_the_cache_does_its_work(visit: Visit, request: pytest.FixtureRequest):
    visit("/about/history/")
    again = visit("/about/history/")
    keeps = "by the site's headers" not in request.node.name
    assert (again.cache == "HIT") is keeps
    visit("/about/history/", Sec_GPC="1")
    with_signal = visit("/about/history/", Sec_GPC="1")
    assert (with_signal.cache == "HIT") is keeps
    # The one group in which something runs is covered: nothing is asked.
    assert with_signal.text != again.text
    assert visit("/about/history/").text == again.text


@pytest.mark.parametrize("said", ["0", "1, 1", " 1"])
def test_what_the_signal_says_decides_whose_copy_is_served(visit: Visit, everything_on: None, said):
    plain, signal = visit("/about/"), visit("/about/", Sec_GPC="1")
    assert plain.text != signal.text
    assert visit("/about/", Sec_GPC=said).text == (signal.text if "1" in said else plain.text)


def test_no_answer_to_a_choice_is_ever_stored(visit: Visit):
    one = visit("/cookies/choose/", form="choice=reject")
    two = visit("/cookies/choose/", form="choice=accept", User_Agent=f"two {os.getpid()}")
    assert one.cookies != two.cookies
    assert visit("/about/").cookies == {}
