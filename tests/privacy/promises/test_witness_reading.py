"""How the walk reads a page: its tags, its links, its forms."""

import pytest

from privacy.promises.page_reader import read
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.exchange import is_foreign
from privacy.promises.witness.filling import filled
from privacy.promises.witness.links import path_here, pattern_of
from privacy.promises.witness.tags import (
    css_addresses,
    doing_tags_of,
    scripts_of,
    styles_of,
    tags_of,
)
from privacy.promises.witness.url_map import Route

ADA = Canary()


@pytest.mark.parametrize(
    ("address", "foreign"),
    [
        ("", False), ("/a", False), ("a:b/c", True), ("#a", False), ("mailto:a@b.test", True),
        ("https://testserver", False), ("https://testserver.evil.test/", True),
        ("https://testserver?a", False), ("/a:b", False),
    ],
)  # fmt: skip
def test_an_address_of_another_site_is_told_from_ours(address, foreign):
    assert is_foreign(address) is foreign


def test_pages_are_read_by_their_tags():
    html = "<!-- a --><p title='>'><STYLE>a{}</STYLE><script>b()</script><p title='>'>"
    assert sorted(tag.name for tag in tags_of(html)) == ["p", "script", "style"]
    assert styles_of(html) == ["a{}"]
    assert styles_of("<p>") == []
    assert [inside for _, inside in scripts_of(html)] == ["b()"]
    assert css_addresses("a{b:URL( 'x' )} @import \"y\";") == ["x", "y"]
    assert tags_of("<p") == []


def test_tags_that_do_nothing_are_left_out_and_no_others():
    doing = [
        '<a href="/">', "<img src=a>", '<a ping="b">', "<img hidden>", '<p onclick="c()">',
        '<p style="a:url(b)">', '<meta http-equiv="refresh" content="1;url=/">',
        '<button formaction="/">', '<link rel="prefetch">', '<iframe srcdoc="d">',
    ]  # fmt: skip
    html = "".join(["<p>", '<input name="a">', *doing])
    assert len(tags_of(html)) == len(doing) + 2
    assert {tag.name for tag in doing_tags_of(html)} == {
        "a", "img", "p", "meta", "button", "link", "iframe",
    }  # fmt: skip
    assert len(doing_tags_of(html)) == len(doing)


def test_a_form_is_filled_in_wholly_and_as_little_as_can_be():
    form = read(
        '<form method="post"><input name="name"><input name="email" type="email">'
        '<input name="phone" type="tel"><input name="password1" type="password">'
        '<input name="due_on"><input name="day" type="date"><input name="n" type="number">'
        '<input name="yes" type="checkbox"><input name="on" type="radio" value="a" checked>'
        '<input name="stamp" type="hidden" value="s"><input name="file" type="file"><input>'
        '<input name="trap" tabindex="-1"><input name="off" disabled><textarea name="text"></textarea>'
        '<select name="kind"><option value=""><option value="a"><option value="b"></select>'
        '<select name="empty"></select><button name="do" value="it">Do</button></form>'
    ).forms()[0]
    whole, least = filled(form, ADA)
    assert (whole["name"], whole["email"], whole["phone"]) == (ADA.name, ADA.email, ADA.phone)
    assert (whole["kind"], whole["yes"], whole["stamp"], whole["do"]) == (["b"], "on", "s", "it")
    assert (least["kind"], "yes" in least, least["on"]) == ([""], False, "a")
    assert {"file", "trap", "off"}.isdisjoint(whole)
    assert ADA.password in whole["password1"]
    plain = read('<form method="post"><input name="a" value="b"></form>').forms()[0]
    assert list(filled(plain, ADA)) == [{"a": "b"}]


def test_links_lead_here_or_elsewhere():
    assert path_here("b/?c=1#d", "/a/") == "/a/b/?c=1"
    assert path_here("https://x.test/", "/") == path_here("/static/a.css", "/") == ""
    assert pattern_of("no-slash-before") == ""
    assert Route("a/", "", lambda: None, "/a/").shown_name == "/a/"
