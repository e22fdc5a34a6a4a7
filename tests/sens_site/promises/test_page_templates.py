"""What a template may not say, whatever it shows when."""

from typing import Any

import pytest

from privacy.promises.registry import PromiseBroken
from sens_site.promises import page_templates

SITE: Any = None


def said(monkeypatch: pytest.MonkeyPatch, source: str) -> list[str]:
    """Return what the two checks find wrong with one template."""
    monkeypatch.setattr(page_templates, "page_templates", lambda: iter([("one.html", source)]))
    found = []
    for check in (
        page_templates.no_template_holds_a_beacon,
        page_templates.no_template_holds_a_script,
    ):
        try:
            check(SITE)
        except PromiseBroken as broken:
            found.append(str(broken))
    return found


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('<img src="https://beacon.test/1.gif">', "loads https://beacon.test/1.gif"),
        ('<img src="//beacon.test/1.gif">', "loads //beacon.test/1.gif"),
        ('<img src="/1.gif" width="1">', "holds a picture that nobody sees"),
        ('<style>p { background: url("https://beacon.test/1") }</style>', "loads https://beacon.test/1"),
        ("<style>p { background: url(/static/1.svg) }</style>", ""),
        ('<script src="/static/ours.js"></script>', ""),
        ('<script src="/static/ours.js">tell()</script>', "holds a script itself"),
        ("<script></script>", "holds a script itself"),
        ('<p onclick="tell()">', "runs a script by onclick of <p>"),
        ('<a href="https://www.example.com/">elsewhere</a>', ""),
        ('<!-- <img src="https://beacon.test/1.gif"> -->', ""),
    ],
)  # fmt: skip
def test_a_template_is_read_whole(monkeypatch: pytest.MonkeyPatch, source: str, fault: str):
    assert said(monkeypatch, source) == ([f"the template one.html {fault}"] if fault else [])


def test_our_own_templates_are_read_and_those_of_libraries_and_mails_are_not():
    names = {name for name, _ in page_templates.page_templates()}
    assert {"base.html", "account/email_change.html", "admin/set_up.html"} <= names
    assert not names & {"admin/change_form_object_tools.html", "newsletter/mail/issue.html"}
