"""What the witness reads of an answer that is no page."""

import pytest

from privacy.promises.visitor import Answer
from privacy.promises.witness.browser_rules import holds_no_beacon, loads_from_here
from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.rules import Known

KNOWN = Known((), set())


def seen(kind: str, text: str) -> Exchange:
    answer = Answer("/feed", 200, {"Content-Type": kind}, {}, text)
    return Exchange("a stranger", "GET", None, answer, frozenset())


@pytest.mark.parametrize(
    ("kind", "text", "faults"),
    [
        ("text/html; charset=utf-8", '<img src="//x.test/1">', 1),
        ("application/atom+xml; charset=utf-8", "&lt;img src=&quot;//x.test/1&quot;>", 1),
        ("application/rss+xml", '<![CDATA[<img src="//x.test/1">]]>', 1),
        ("application/atom+xml", "<logo> //x.test/1.png </logo>", 1),
        ("application/atom+xml", '<link rel="enclosure" href="//x.test/1.mp3"/>', 1),
        ("text/xml", '<?xml-stylesheet href="//x.test/a.css"?><feed/>', 1),
        ("image/svg+xml", '<image href="//x.test/1.png"/>', 1),
        ("application/json", r'{"a": [1, {"html": "<img src=\"//x.test/1\">"}, "b"]}', 1),
        ("application/json", "no data", 0),
        ("text/markdown; charset=utf-8", "Words ![a](//x.test/1.png) and [a](//x.test/)", 1),
        ("application/atom+xml", '<link href="https://x.test/" rel="alternate"/>&lt;p>', 0),
        ("text/plain", '<img src="//x.test/1">', 0),
    ],
)
def test_what_somebody_loads_who_is_given_it_is_seen(kind: str, text: str, faults: int):
    assert len(list(loads_from_here(seen(kind, text), KNOWN))) == faults


def test_a_picture_that_nobody_sees_in_a_feed_is_a_beacon():
    feed = seen("application/atom+xml", '&lt;img src="/1" width="1">')
    assert list(holds_no_beacon(feed, KNOWN)) == [f"{feed.said} holds a picture that nobody sees"]
    assert list(holds_no_beacon(seen("text/plain", '<img src="/1" width="1">'), KNOWN)) == []
