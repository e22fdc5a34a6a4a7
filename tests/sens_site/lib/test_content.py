"""The company's folder: read whole, or refused with all that is missing and what to write."""

import re
import shutil
from dataclasses import fields

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sens_site.lib.content import (
    CLAIM,
    FILES,
    LATER,
    VENDOR,
    VERSION,
    Company,
    ContentError,
    load_company,
    missing_files,
    read_claims,
    read_content,
    read_vendors,
    read_versions,
)
from sens_site.lib.content_gaps import not_filled_in
from sens_site.lib.menu import Link
from tests.architecture.source import ROOT

KEYS = [one.name for one in fields(Company)]


@pytest.fixture
def folder(tmp_path):
    """A copy of the example company, to be spoiled."""
    shutil.copytree(ROOT / "content" / "example", tmp_path / "acme")
    return tmp_path / "acme"


def change(file, pattern, by):
    source = file.read_text()
    changed = re.sub(pattern, by, source, count=1, flags=re.MULTILINE | re.DOTALL)
    assert changed != source
    file.write_text(changed)


def without(folder, key):
    """Take a key, or all tables of a name, out of company.toml."""
    file = folder / "company.toml"
    blocks = re.split(r"(?=^\[\[)", file.read_text(), flags=re.MULTILINE)
    kept = "".join(block for block in blocks if not block.startswith(f"[[{key}]]"))
    file.write_text(re.sub(rf"^{key} = .*\n", "", kept, flags=re.MULTILINE))


def fault_of(folder):
    with pytest.raises(ContentError) as caught:
        load_company(folder)
    return str(caught.value)


@pytest.mark.parametrize("company", [ROOT / "content" / "example", settings.CONTENT_DIR])
def test_both_companies_are_whole(company):
    assert load_company(company).legal_name != ""
    assert missing_files(company) == {}


def test_address_and_years_are_put_together(folder):
    company = load_company(folder)
    assert company.address_line == "12 Example Street, Anytown, OH 00000"
    assert company.copyright_years == "2024–2026"
    assert company.slug == "example-power"


def test_menu_and_departments_are_read_in_order(folder):
    company = load_company(folder)
    assert company.menu[1] == Link(
        "/support/", "Support", (Link("/downloads/", "Download Center"),)
    )
    assert [one.label for one in company.departments] == [
        "General Contact",
        "General Contact",
        "Sales",
        "Service",
    ]
    assert [one.topic for one in company.departments] == ["", "general", "sales", "service"]
    assert company.departments[2].fields == ("company", "model", "order_number")


def test_a_page_is_shown_by_a_drawing_that_there_is(folder):
    file = folder / "company.toml"
    change(
        file,
        r'label = "Products"',
        'label = "Products"\ndrawing = "sheet"\non_home = "What we make"',
    )
    assert load_company(folder).menu[0] == Link(
        "/products/", "Products", drawing="sheet", on_home="What we make"
    )
    change(file, '"sheet"', '"pump"')
    assert "menu shows /products/ by pump, which art.svg does not draw." in fault_of(folder)
    (folder / "static/img/art.svg").unlink()
    assert "menu shows /products/ by pump" in fault_of(folder)
    change(file, '"pump"', "5")
    assert "menu holds something for /products/ that is not a line of text" in fault_of(folder)


def test_a_department_without_fields_is_a_link_and_asks_for_nothing(folder):
    change(folder / "company.toml", r"^fields = .*?$", 'phone = "(555) 555-0109"')
    change(folder / "company.toml", r'"/contact/general/"', '"/about/"')
    _, first, *_ = load_company(folder).departments
    assert (first.fields, first.phone, first.path) == (None, "(555) 555-0109", "/about/")
    assert first.asks_for("photos") is False
    change(folder / "company.toml", r"^(recipient|hours) = .*?$", "")
    assert not_filled_in(load_company(folder), read_vendors(folder)) == []
    change(folder / "company.toml", r'"/about/"', '"/nowhere/"')
    assert (
        "departments leads to /nowhere/, which menu does not name. Add it there, or write "
        "pages/nowhere.md."
    ) in fault_of(folder)


def test_a_missing_file_is_named_with_what_it_holds(folder):
    (folder / "company.toml").unlink()
    assert fault_of(folder) == (
        f"{folder}/company.toml is missing. It holds the names, the address and the menu of the "
        "company; content/example/company.toml is one to start from."
    )
    assert issubclass(ContentError, ImproperlyConfigured)


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_key_is_named_with_a_line_to_write(folder, key):
    without(folder, key)
    fault = fault_of(folder)
    assert f"\n  {key} is missing. Write, for example: {key} = " in fault
    assert fault.count("\n") == 1


def test_the_lines_to_write_make_a_company(folder):
    lines = [
        f"{one.name} = {one.metadata['example']}"
        for one in fields(Company)
        if one.name not in ("menu", "departments")
    ]
    paths = ("/contact/", "/downloads/", "/news/")
    links = ", ".join(f'{{ path = "{path}", label = "A page" }}' for path in paths)
    text = "\n".join([*lines, f"menu = [{links}]", f"departments = [{links}]"])
    (folder / "company.toml").write_text(text)
    assert load_company(folder).short_name == "Example Power"


def test_all_faults_are_named_at_once(folder):
    without(folder, "street")
    change(folder / "company.toml", r"^country_code = .*?$", 'country_code = "usa"')
    change(folder / "company.toml", r"^copyright_to = .*?$", 'copyright_to = 1999\nhours = "9-5"')
    assert fault_of(folder).split("\n  ") == [
        f"{folder}/company.toml is not complete:",
        "hours is no key of this file. Remove it.",
        'street is missing. Write, for example: street = "12 Example Street"',
        'country_code is not the two letters of a country. Write, for example: country_code = "US"',
        "copyright_to is a year before copyright_from. Write the later one.",
    ]


@pytest.mark.parametrize(
    ("pattern", "by", "fault"),
    [
        (r"^phone = .*?$", 'phone = ""', "phone is not a line of text"),
        (r"^phone = .*?$", "phone = 5550100", "phone is not a line of text"),
        (r"^phone = .*?$", 'phone = "1\\\\n2"', "phone is not a line of text"),
        (r"^time_zone = .*?$", 'time_zone = "Mars/Base"', "time_zone is no time zone"),
        (r"^copyright_from = .*?$", "copyright_from = true", "copyright_from is not a year"),
        (r"^copyright_from = .*?$", 'copyright_from = "2020"', "copyright_from is not a year"),
        (r"^password_words = .*?$", 'password_words = ["A B"]', "is not a list of words"),
        (r"^password_words = .*?$", 'password_words = "power"', "is not a list of words"),
        (r'"/about/"', '"about"', "menu holds the path 'about', which is not like"),
        (r'"/about/"', '"/About Us/"', "menu holds the path '/About Us/', which is not like"),
        (r'^path = "/about/"$', "path = 7", "menu holds the path 7, which is not like"),
        (r'^label = "About us"$', "", "menu holds a label for /about/ that is not a line of text"),
        (r'"/about/"', '"/products/"', "menu names /products/ twice"),
        (r'"/downloads/"', '"/files/"', "menu does not name /downloads/"),
        (r'"/downloads/"', '"files"', "menu holds the path 'files'"),
        (r'^label = "About us"$', 'name = "About us"', "menu is not a list of pages"),
        (r'"/contact/sales/"', '"/sales/"', "departments gives /sales/ a form, which only a free"),
        (r"^in_footer = .*?$", 'in_footer = "no"', "an in_footer that is neither true nor false"),
        (r"^recipient = .*?$", 'recipient = "sales"', "a recipient that is no email address"),
        (r"^recipient = .*?$", "recipient = 7", "a recipient that is no email address"),
        (r"^hours = .*?$", "hours = 9", "holds for /contact/general/ a hours that is not a line of text"),
        (r"^fields = .*?$", 'fields = ["iban"]', "holds for /contact/general/ fields that are none of about, "),
        (r"^fields = .*?$", 'fields = "about"', "holds for /contact/general/ fields that are none of about, "),
        (r'"/contact/sales/"', '"/contact/webmaster/"', "gives /contact/webmaster/ a form, which"),
        (r'"/contact/sales/"', f'"/contact/{"s" * 41}/"', "which is too long"),
        (r'"/contact/sales/"', '"/contact/service/"', "departments has two forms under one name"),
        (r"^recipient = .*?$", 'fax = "1"', "departments is not a list of departments, each with"),
        (r'^path = "/contact/"$', 'path = "contact"', "departments holds the path 'contact'"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(folder, pattern, by, fault):
    change(folder / "company.toml", pattern, by)
    assert fault in fault_of(folder)


def test_what_is_no_toml_is_named_with_its_line(folder):
    (folder / "company.toml").write_text('legal_name = "Acme\n')
    assert fault_of(folder).startswith(f"{folder}/company.toml cannot be read: ")
    assert "line 1" in fault_of(folder)


def test_what_is_not_utf8_is_named(folder):
    (folder / "claims.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ContentError, match=re.escape(f"{folder}/claims.toml is not UTF-8 text.")):
        read_claims(folder)


def test_a_file_that_only_this_company_has_is_named_too(folder):
    with pytest.raises(ContentError, match=r"privacy-7\.md is missing\. Write it, or copy"):
        read_content(folder / "policy" / "privacy-7.md")


@pytest.mark.parametrize("name", FILES)
def test_each_file_that_every_company_needs_is_missed(folder, name):
    (folder / name).unlink()
    assert missing_files(folder) == {name: FILES[name]}


@pytest.mark.parametrize(
    ("read", "name", "table", "keys"),
    [
        (read_claims, "claims.toml", "claim", CLAIM),
        (read_versions, "policy/versions.toml", "version", VERSION),
        (read_vendors, "vendors.toml", "vendor", VENDOR),
    ],
)
def test_a_missing_key_of_a_claim_or_version_is_named(folder, read, name, table, keys):
    assert len(read(folder)) > 1
    for key, example in keys.items():
        shutil.copy(ROOT / "content" / "example" / name, folder / name)
        change(folder / name, rf"^{key} = ", f"not_{key} = ")
        with pytest.raises(ContentError) as caught:
            read(folder)
        assert str(caught.value) == (
            f"{folder}/{name} is not complete:\n  "
            f"{key} is missing in [[{table}]] 1. Write, for example: {key} = {example}"
        )
    (folder / name).write_text("")
    with pytest.raises(ContentError, match=re.escape(f"{name} holds no [[{table}]].")):
        read(folder)


def test_what_only_the_company_knows_may_be_empty_and_is_named(folder):
    for key in LATER:
        change(folder / "company.toml", rf"^{key} = .*?$", f'{key} = ""')
    change(folder / "vendors.toml", r"^firm = .*?$", 'firm = ""')
    change(folder / "vendors.toml", r"^agreed_on = .*?$", 'exception = ""')
    assert not_filled_in(load_company(folder), read_vendors(folder)) == [
        "The law that governs the terms: governing_law in company.toml",
        "The place of jurisdiction of the terms: jurisdiction in company.toml",
        "Runs the servers on which this website is: firm, agreement in vendors.toml",
    ]


@pytest.mark.parametrize("key", LATER)
def test_what_may_be_empty_is_a_line_of_text_otherwise(folder, key):
    change(folder / "company.toml", rf"^{key} = .*?$", f"{key} = 7")
    assert f"{key} is not a line of text." in fault_of(folder)


ALL = "firm, country, safeguard, agreement in vendors.toml"


def test_the_example_company_has_filled_in_all_and_ours_says_what_it_has_not():
    example, ours = ROOT / "content" / "example", settings.CONTENT_DIR
    assert not_filled_in(load_company(example), read_vendors(example)) == []
    assert not_filled_in(load_company(ours), read_vendors(ours)) == [
        "The law that governs the terms: governing_law in company.toml",
        "The place of jurisdiction of the terms: jurisdiction in company.toml",
        "General Contact: recipient, hours in company.toml",
        "Tech Support / Service: recipient, hours in company.toml",
        "Sales – Marine & Filtered Chargers, DC Systems: recipient, hours in company.toml",
        "Sales – Genset Products: recipient, hours in company.toml",
        "Order Status: recipient, hours in company.toml",
        "Feedback: recipient, hours in company.toml",
        f"Runs the servers on which this website is: {ALL}",
        f"Carries our email: {ALL}",
    ]
