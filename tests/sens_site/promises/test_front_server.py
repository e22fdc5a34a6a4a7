"""How the text for nginx is taken apart, and to whom requests may be handed: to our own networks."""

import pytest

from privacy.promises.registry import PromiseBroken
from sens_site.promises.front_server import Directive, _directives, _is_near


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("unix:/run/site/web.sock", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("10.0.0.2:8000", True),
        ("web:8000", True),
        ("8.8.8.8:80", False),
        ("collector.example.com:443", False),
    ],
)
def test_requests_stay_in_the_house(address, near):
    assert _is_near(address) is near


def test_each_directive_is_read_however_many_stand_on_a_line():
    text = """# server { mirror /x; }
map $uri $part { "~^/a;b{2}" $x...; include /etc/more; }
server { root /a; return 200 'it; is {fine}' ; types { }
    location = /x {internal;} }
"""
    assert [*_directives(text)] == [
        Directive("", "map", "$uri $part"),
        Directive("map $uri $part {", "include", "/etc/more"),
        Directive("", "server", ""),
        Directive("server {", "root", "/a"),
        Directive("server {", "return", "200 'it; is {fine}'"),
        Directive("server {", "types", ""),
        Directive("server {", "location", "= /x"),
        Directive("location = /x {", "internal", ""),
    ]


@pytest.mark.parametrize("text", ["server { root /a;", "root /a; }", "root /a", "server { root }"])
def test_a_text_that_does_not_end_is_a_breach(text):
    with pytest.raises(PromiseBroken, match="nobody can read"):
        list(_directives(text))
