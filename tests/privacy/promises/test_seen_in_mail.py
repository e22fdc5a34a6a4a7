"""Of a drawn mail only what can be read counts as seen."""

import pytest

from privacy.promises.registry import PromiseBroken
from privacy.promises.seen_in_mail import link_is_seen

WAY = "https://x.test/out/"


def drawn(link, *, around="{}", head=""):
    body = around.format(link)
    return f'<html><head>{head}</head><body style="background: #fff">{body}</body></html>'


def link(style="", words="Unsubscribe", **attrs):
    more = "".join(f' {name}="{value}"' for name, value in attrs.items())
    return f'<a href="{WAY}" style="{style}"{more}>{words}</a>'


@pytest.mark.parametrize(
    "html",
    [
        drawn(link()),
        drawn(link("color: #0a5d75; font-size: 14px")),
        drawn(link("color: white"), around='<p style="background-color: #10212A">{}</p>'),
        drawn(link("color: black !important; font: 16px/1.5 serif")),
        drawn(link(words="<b>Unsubscribe</b>")),
        drawn(link("display: none") + link()),
        drawn(link(), head="<style>b { display: none }</style>"),
        drawn(link(), around='<p style="color: #fff">{}</p>'),
        f'<a href="{WAY}">Unsubscribe</a>',
    ],
)
def test_a_link_that_is_drawn_is_seen(html):
    link_is_seen(html, WAY, "the way out")


@pytest.mark.parametrize(
    "html",
    [
        drawn(link("display: none")),
        drawn(link("color: #FFF")),
        drawn(link("color: #fdfdfd")),
        drawn(link("color: snow")),
        drawn(link("font-size: 1.5px")),
        drawn(link(), around='<p style="font-size: 0">{}</p>'),
        drawn(link(), around="<div hidden>{}</div>"),
        drawn(link(), around='<p style="background: #0000ee">{}</p>'),
        drawn(link(), around='<p style="background: url(x)">{}</p>'),
        drawn(link(words=" ")),
        drawn(link(words='<i style="color: #fff">Unsubscribe</i>')),
        drawn(link(), head="<style>a { opacity: 0 }</style>"),
    ],
)
def test_a_link_that_escapes_the_eye_is_not(html):
    with pytest.raises(PromiseBroken, match="where nobody sees it"):
        link_is_seen(html, WAY, "the way out")


def test_a_link_that_is_missing_is_named():
    with pytest.raises(PromiseBroken, match="the way out stands nowhere"):
        link_is_seen(drawn(""), WAY, "the way out")
