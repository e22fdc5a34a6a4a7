"""No page and no mail tells a period beside the policy that nobody has compared with it."""

import pytest

from sens_site import told_periods
from sens_site.told_periods import TOLD, check_told_periods


@pytest.fixture
def thanks(tmp_path, settings, monkeypatch):
    """A folder of one template, which tells what it is to tell."""
    name = "contact/thanks.html"
    monkeypatch.setattr(told_periods, "TOLD", {name: TOLD[name]})
    settings.BASE_DIR = tmp_path
    file = tmp_path / "templates" / name
    file.parent.mkdir(parents=True)
    file.write_text("within 30 days;\nnever more than three\nmonths {# for 9 days #}", "utf-8")
    return file


def test_the_templates_tell_what_is_listed():
    assert check_told_periods() == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("within 14 days; three months", "14 days, three months"),
        ("within 30 days", "30 days"),
        ("within 30 days; three months. We keep it for ever.", "30 days, three months, for ever"),
        ("as soon as we can", "none"),
    ],
)
def test_another_period_is_named(thanks, text, told):
    thanks.write_text(text, "utf-8")
    assert [(one.id, one.msg) for one in check_told_periods()] == [
        ("sens_site.E011", f"The template contact/thanks.html tells these periods: {told}.")
    ]


def test_a_period_in_a_template_that_told_none_is_named(thanks):
    (thanks.parent / "own.html").write_text("Deleted after a year.", "utf-8")
    assert [one.msg for one in check_told_periods()] == [
        "The template contact/own.html tells these periods: a year."
    ]


def test_what_is_told_at_the_desk_is_for_staff(thanks):
    desk = thanks.parent.parent / "admin" / "list.html"
    desk.parent.mkdir()
    desk.write_text("Waiting for 5 days.", "utf-8")
    assert check_told_periods() == []
