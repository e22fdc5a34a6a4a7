"""Loading the site's content."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string

from sens_site.lib.cache.content_stamp import read_stamp
from sens_site.management.commands.setup_site import STEPS

pytestmark = pytest.mark.django_db


def output(**options: int) -> list[str]:
    """Run the command and return its lines."""
    stream = StringIO()
    call_command("setup_site", stdout=stream, **options)
    return stream.getvalue().splitlines()


def test_second_run_changes_nothing_and_says_so() -> None:
    call_command("setup_site", verbosity=0)
    stamp = read_stamp()
    assert output() == [f"{title}: nothing new or changed" for title, _ in STEPS]
    assert read_stamp() == stamp


def test_it_prints_how_many_are_new_and_no_names(monkeypatch) -> None:
    monkeypatch.setattr("privacy.policy.services.load_bundled_policies", lambda: ["a", "b"])
    monkeypatch.setattr("pages.services.load_pages", lambda: 38)
    assert output()[:2] == ["Pages: 38 new or changed", "Policy versions: 2 new or changed"]


def test_it_can_be_silent() -> None:
    assert output(verbosity=0) == []


def test_policies_are_in_force_and_groups_are_known() -> None:
    policies = import_string("privacy.policy.models.PolicyVersion").objects
    groups = import_string("cookie_consent.models.CookieGroup").objects
    versions = [policies.in_force(slug=slug) for slug in ("privacy", "terms")]
    assert [version is not None for version in versions] == [True, True]
    assert sorted(groups.values_list("varname", flat=True)) == [
        "analytics",
        "marketing",
        "necessary",
        "preferences",
        "social",
    ]
