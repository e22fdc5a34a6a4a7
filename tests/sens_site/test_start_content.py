"""Beginning a site for another company."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from privacy.policy.checks import check_agreement, newest_shipped_text
from privacy.policy.models import Policy
from privacy.policy.services import load_bundled_policies
from sens_site.lib.content import (
    load_company,
    missing_files,
    read_claims,
    read_tasks,
    read_vendors,
    read_versions,
)
from sens_site.lib.content_gaps import not_filled_in
from tests.architecture.source import ROOT


@pytest.mark.parametrize("exists", [False, True])
def test_copies_the_example_into_a_new_or_an_empty_folder(tmp_path, exists):
    folder, said = tmp_path / "acme", StringIO()
    if exists:
        folder.mkdir()
    call_command("start_content", str(folder), stdout=said)
    assert load_company(folder).short_name == "Example Power"
    assert missing_files(folder) == {}
    assert f"Set CONTENT_DIR={folder} in .env." in said.getvalue()
    assert f"{folder}/company.toml" in said.getvalue()


def test_overwrites_nothing(tmp_path):
    (tmp_path / "company.toml").write_text("mine")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("start_content", str(tmp_path))
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("company.toml", "mine")]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "acme").write_text("mine")
    with pytest.raises(CommandError, match="is a file"):
        call_command("start_content", str(tmp_path / "acme"))


def test_the_example_is_no_place_for_a_company():
    with pytest.raises(CommandError, match="is not empty"):
        call_command("start_content", str(ROOT / "content" / "example"))


@pytest.fixture
def acme(tmp_path):
    call_command(
        "start_content", str(tmp_path / "acme"), name='Acme "Pumps"', legal_name="Acme Pumps Ltd.",
        time_zone="Europe/Berlin", stdout=StringIO(),
    )  # fmt: skip
    return tmp_path / "acme"


def test_a_company_of_a_name_begins_without_the_examples_facts_firms_and_policies(acme):
    company = load_company(acme)
    assert (company.short_name, company.legal_name, company.formal_name) == (
        'Acme "Pumps"', "Acme Pumps Ltd.", "Acme Pumps Ltd.",
    )  # fmt: skip
    assert (company.time_zone, company.street, company.phone) == (
        "Europe/Berlin", "[your street]", "[your phone]",
    )  # fmt: skip
    assert company.password_words == ("acme", "pumps")
    assert company.reserved_usernames == ("acme-pumps", "acmepumps")
    assert read_versions(acme) == []
    assert list((acme / "policy").glob("*.md")) == []
    assert [vendor["firm"] for vendor in read_vendors(acme)] == ["", "", "", ""]
    assert not_filled_in(company, read_vendors(acme))[2:] == [
        "General Contact: recipient, hours in company.toml",
        "Sales: recipient, hours in company.toml",
        "Service: recipient, hours in company.toml",
        "Runs the servers on which this website is: firm, country, safeguard, agreement in vendors.toml",
        "Carries our email: firm, country, safeguard, agreement in vendors.toml",
    ]
    claims = {claim["id"]: claim["claim"] for claim in read_claims(acme)}
    assert claims["company.who-we-are"] == "The company behind the policy is Acme Pumps Ltd."
    assert [task["page"] for task in read_tasks(acme)] == [
        "/",
        "/about/",
        "/products/",
        "/support/",
    ]
    assert missing_files(acme) == {}


def test_nothing_of_the_example_is_left_in_what_such_a_company_shows(acme):
    left = {
        str(path.relative_to(acme)): found
        for path in sorted(acme.rglob("*"))
        if path.suffix in {".md", ".toml", ".html"}
        if (
            found := re.findall(
                r"Example Power|Anytown|555-\d{4}|Example Hosting", path.read_text()
            )
        )
    }
    assert left == {}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": "…"}, "with a letter or digit"),
        ({"name": "Acme\nPumps"}, "is a line of text"),
        ({"name": "Acme", "legal_name": "Acme\x00"}, "is a line of text"),
        ({"name": "Acme", "time_zone": "Mars/Base"}, "Mars/Base is no time zone"),
    ],
)
def test_a_name_or_a_zone_that_is_none_is_refused_before_anything_is_written(
    tmp_path, options, says
):
    with pytest.raises(CommandError, match=says):
        call_command("start_content", str(tmp_path / "acme"), **options)
    assert not (tmp_path / "acme").exists()


def test_a_company_without_a_policy_has_both_to_write_one_into(acme, settings, db):
    settings.CONTENT_DIR = acme
    Policy.objects.exclude(versions__isnull=False).delete()
    assert load_bundled_policies() == []
    assert sorted(Policy.objects.values_list("slug", flat=True)) == ["privacy", "terms"]
    assert (newest_shipped_text(), check_agreement()) == ("", [])
