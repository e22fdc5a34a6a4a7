"""Each check of the composition finds what it is there to find, and nothing on this site."""

import shutil
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.contrib.auth import hashers
from django.core.checks import run_checks

from pages.page_texts import shipped_text
from privacy.policy.bundled import shipped_claims
from privacy.promises.claims import bundled_claims
from sens_site.checks import CACHING, ORIGIN, check_passwords

pytestmark = [pytest.mark.django_db, pytest.mark.once]  # one of the checks asks the database
LEFT_OUT = ("sens_site.E004", "sens_site.E008", "sens_site.W005")
USER = "django.contrib.auth.middleware.AuthenticationMiddleware"


def found(prefix: str = "sens_site.") -> list[str]:
    """Return the ids of our findings that do not need a database.

    But for what waits for words, for where a test run has its files, and for what passwords cost
    in tests.
    """
    ids = [m.id or "" for m in run_checks(include_deployment_checks=True)]
    return [each for each in ids if each.startswith(prefix) and each not in LEFT_OUT]


def test_this_site_has_no_fault():
    assert found() == []


@pytest.mark.parametrize(
    "middleware",
    [
        [m for m in configured.MIDDLEWARE if m != ORIGIN],
        [*(m for m in configured.MIDDLEWARE if m != ORIGIN), ORIGIN],
    ],
    ids=["missing", "behind what knows the user"],
)
def test_e001_the_origin_check_stands_before_whatever_knows_the_user(settings, middleware):
    settings.MIDDLEWARE = middleware
    assert found() == ["sens_site.E001"]


def test_e002_caching_is_decided_outermost(settings):
    settings.MIDDLEWARE = [USER, *settings.MIDDLEWARE]
    assert "sens_site.E002" in found()
    assert settings.MIDDLEWARE[1] == CACHING


@pytest.mark.parametrize(
    ("host", "https", "ids"),
    [
        ("www.example.com", False, ["sens_site.W001"]),
        ("www.example.com", True, []),
        ("127.0.0.1", False, []),
        ("localhost", False, []),
    ],
)
def test_w001_a_site_that_others_reach_speaks_https(settings, host, https, ids):
    settings.SITE_HOST, settings.SITE_IS_HTTPS = host, https
    settings.SITE_ORIGIN = f"http{'s' if https else ''}://{host}"
    assert found() == ids


def messages(check: str) -> list[str]:
    """Return what is said under an id."""
    return [str(m.msg) for m in run_checks() if m.id == check]


@pytest.fixture
def folder(tmp_path, settings):
    """A copy of the company's content, which the site takes for its own."""
    settings.CONTENT_DIR = shutil.copytree(settings.CONTENT_DIR, tmp_path / "company")
    shipped_text.cache_clear()
    yield settings.CONTENT_DIR
    shipped_text.cache_clear()


def test_e003_a_missing_file_of_the_company_is_named(folder):
    assert messages("sens_site.E003") == []
    (folder / "static" / "img" / "icon.svg").unlink()
    (folder / "policy" / "terms-1.md").unlink()
    assert messages("sens_site.E003") == [
        f"{folder}/static/img/icon.svg is missing.",
        f"{folder}/policy/terms-1.md is missing.",
    ]


@pytest.mark.parametrize(
    ("name", "line", "fault"),
    [
        (
            "policy/versions.toml",
            'kind = "minor"',
            "kind is missing in [[version]] 1. Write, for ex",
        ),
        (
            "claims.toml",
            'class = "S"',
            "class is missing in [[claim]] 1. Write, for example: class",
        ),
    ],
)
def test_e003_a_missing_key_of_the_company_is_named(folder, name, line, fault):
    file = folder / name
    file.write_text(file.read_text().replace(line, "", 1))
    bundled_claims.cache_clear()
    shipped_claims.cache_clear()
    (said,) = messages("sens_site.E003")
    assert fault in said
    bundled_claims.cache_clear()
    shipped_claims.cache_clear()


def deployed(check: str) -> list[str]:
    return [str(m.msg) for m in run_checks(include_deployment_checks=True) if m.id == check]


def test_e004_what_is_not_filled_in_stops_a_deployment_and_nothing_else(folder):
    assert messages("sens_site.E004") == []
    assert deployed("sens_site.E004") == [
        "Not filled in yet: The law that governs the terms: governing_law in company.toml.",
        "Not filled in yet: The place of jurisdiction of the terms: jurisdiction in company.toml.",
        "Not filled in yet: General Contact: recipient, hours in company.toml.",
        "Not filled in yet: Tech Support / Service: recipient, hours in company.toml.",
        "Not filled in yet: Sales – Marine & Filtered Chargers, DC Systems: recipient, hours in company.toml.",
        "Not filled in yet: Sales – Genset Products: recipient, hours in company.toml.",
        "Not filled in yet: Order Status: recipient, hours in company.toml.",
        "Not filled in yet: Feedback: recipient, hours in company.toml.",
        "Not filled in yet: Runs the servers on which this website is: firm, country, safeguard, agreement in vendors.toml.",
        "Not filled in yet: Carries our email: firm, country, safeguard, agreement in vendors.toml.",
    ]
    (folder / "vendors.toml").unlink()
    assert deployed("sens_site.E004") == []
    assert f"{folder}/vendors.toml is missing." in deployed("sens_site.E003")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "is missing: the text of /about/history/."),
        ("Nothing but words.", "is not the text of a page."),
        ("# History\n> About it\n", "is not the text of a page."),
    ],
)
def test_pages_e001_a_page_without_a_text_is_named(folder, text, fault):
    file = folder / "pages" / "about__history.md"
    file.unlink() if text is None else file.write_text(text)
    assert messages("pages.E001") == [f"{file} {fault}"]
    assert found("pages.") == ["pages.E001"]


@pytest.mark.parametrize(
    ("host", "tls", "ssl", "ids"),
    [
        ("mail.example.com", False, False, ["sens_site.E005"]),
        ("mail.example.com", True, False, []),
        ("mail.example.com", False, True, []),
        ("localhost", False, False, []),
        ("127.0.0.1", False, False, []),
    ],
)
def test_e004_mail_leaves_this_machine_encrypted(settings, host, tls, ssl, ids):
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = host, tls, ssl
    assert found() == ids


@pytest.mark.parametrize(
    ("url", "ids"),
    [
        ("postgresql://site@db.example.com/site", ["sens_site.E006"]),
        ("postgresql://site@db.example.com/site?sslmode=prefer", ["sens_site.E006"]),
        ("postgresql://site@/site?host=localhost,db.example.com", ["sens_site.E006"]),
        ("postgresql://site@/site?host=a.example.com,b.example.com&sslmode=verify-full", []),
        ("postgresql://site@/site?host=localhost,/run/postgresql", []),
        ("postgresql://site@db.example.com/site?sslmode=require", []),
        ("postgresql://site@db.example.com/site?sslmode=verify-full", []),
        ("postgresql://site@127.0.0.1/site", []),
        ("postgresql://site@%2Fvar%2Frun%2Fpostgresql/site", []),
        ("sqlite:////srv/site.sqlite3", []),
    ],
)
def test_e005_a_database_on_another_machine_is_spoken_to_encrypted(settings, url, ids):
    settings.DATABASE_URL = url
    assert found() == ids


@pytest.mark.parametrize(
    ("url", "ids"),
    [
        ("redis://cache.example.com:6379/0", ["sens_site.E007"]),
        ("rediss://cache.example.com:6379/0", []),
        ("redis://localhost:6379/0", []),
        ("database", []),
    ],
)
def test_e006_a_cache_on_another_machine_is_spoken_to_encrypted(settings, url, ids):
    settings.CACHE_URL = url
    assert found() == ids


@pytest.mark.parametrize(
    ("url", "ids"),
    [
        ("http://collector.example.com:4318", ["sens_site.E009"]),
        ("https://collector.example.com:4318", []),
        ("http://127.0.0.1:4318", []),
        ("", []),
    ],
)
def test_e009_a_collector_on_another_machine_is_spoken_to_encrypted(settings, url, ids):
    settings.TRACES_TO = url
    assert found() == ids


@pytest.mark.parametrize(
    ("seconds", "subdomains", "preload", "ids"),
    [
        (63_072_000, False, False, []),
        (31_536_000, True, True, []),
        (31_535_999, False, False, ["sens_site.W003"]),
        (3600, True, True, ["sens_site.W003", "sens_site.W003"]),
        (63_072_000, False, True, ["sens_site.W003"]),
        (0, False, False, []),  # Django's own security.W004
    ],
)
def test_w003_what_browsers_are_to_remember_can_hold(settings, seconds, subdomains, preload, ids):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_PRELOAD = seconds, preload
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = subdomains
    assert found() == ids


@pytest.mark.parametrize(
    ("sender", "host", "ids"),
    [
        ("webmaster@localhost", "www.example.com", ["sens_site.W004"]),
        ("Our site <webmaster@LOCALHOST>", "www.example.com", ["sens_site.W004"]),
        ("webmaster@[127.0.0.1]", "www.example.com", ["sens_site.W004"]),
        ("webmaster@localhost", "127.0.0.1", []),
        ("webmaster@localhost.example.com", "www.example.com", []),
    ],
)
@pytest.mark.parametrize("name", ["DEFAULT_FROM_EMAIL", "WEBMASTER_EMAIL"])
def test_w004_mail_can_be_answered(settings, name, sender, host, ids):
    settings.SITE_HOST = host
    setattr(settings, name, sender)
    assert found() == ids


def test_w005_the_ledger_lies_on_another_disk_than_the_database(settings, tmp_path, monkeypatch):
    disks = {tmp_path / "one": 1, tmp_path / "other": 2}
    for folder in disks:
        folder.mkdir()
    real = type(tmp_path).stat

    def stat(path, **options):
        found = real(path, **options)
        return SimpleNamespace(st_dev=disks[path]) if path in disks else found

    monkeypatch.setattr(type(tmp_path), "stat", stat)
    settings.DATABASE_URL = f"sqlite:///{tmp_path}/one/site.sqlite3"
    settings.ERASURE_LEDGER = str(tmp_path / "one" / "ledger" / "erasures.jsonl")
    assert len(deployed("sens_site.W005")) == 1
    settings.ERASURE_LEDGER = str(tmp_path / "other" / "erasures.jsonl")
    assert deployed("sens_site.W005") == []
    settings.ERASURE_LEDGER = str(tmp_path / "one" / "erasures.jsonl")
    for elsewhere in ("sqlite://:memory:", f"postgresql://site@127.0.0.1/{tmp_path}/one/site"):
        settings.DATABASE_URL = elsewhere
        assert deployed("sens_site.W005") == []


@pytest.mark.parametrize(
    ("hasher", "costs", "ids"),
    [
        ("Argon2PasswordHasher", {}, []),
        ("Argon2PasswordHasher", {"memory_cost": 19_455}, ["sens_site.E008"]),
        ("Argon2PasswordHasher", {"time_cost": 1}, ["sens_site.E008"]),
        ("PBKDF2PasswordHasher", {}, ["sens_site.E008"]),
    ],
)
def test_e008_each_guess_of_a_stolen_password_costs_something(monkeypatch, hasher, costs, ids):
    made = getattr(hashers, hasher)()
    for name, value in costs.items():
        monkeypatch.setattr(made, name, value)
    monkeypatch.setattr("sens_site.checks.get_hasher", lambda _: made)
    assert [one.id for one in check_passwords()] == ids
