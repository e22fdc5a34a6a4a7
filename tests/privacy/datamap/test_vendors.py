"""The firms on the public record: those that the company entered, and those that are switched on."""

import sys
from datetime import date

import pytest

from privacy.consent.offer.building import build_offer
from privacy.consent.offer.current import rehearse_offer
from privacy.datamap import vendors
from privacy.datamap.promises import used_hosts
from privacy.datamap.promises.used_hosts import is_ours, is_public
from privacy.datamap.record import as_json
from privacy.datamap.terms import Recipient
from privacy.datamap.vendors import VENDORS, Vendor, vendors_of
from sens_site.lib.content import ContentError

SERVERS = Vendor(
    key="hosting",
    part="Runs the servers",
    recipient=Recipient.SERVICE_PROVIDERS,
    firm="Example Hosting, Inc.",
    country="United States",
    safeguard="Encrypted disks.",
    agreed_on=date(2026, 3, 1),
)
GOOGLE = Vendor(
    key="google",
    part="Website analytics",
    recipient=Recipient.ANALYTICS_VENDORS,
    firm="Google LLC",
    country="United States",
    safeguard="Its terms of processing.",
    exception="Its terms of processing are part of its terms of service.",
)


@pytest.fixture
def entered(monkeypatch):
    """Enter firms beside the parts that nobody plays."""

    def enter(*more):
        monkeypatch.setattr(vendors, "VENDORS", (*VENDORS, *more))

    return enter


@pytest.mark.django_db
def test_a_part_that_nobody_plays_names_nobody(client):
    page = client.get("/privacy/record/").content.decode()
    assert page.count("Nobody is on record.") == 2
    assert page.count("None is switched on.") == 2
    assert "o be named" not in page


@pytest.mark.django_db
def test_a_firm_stands_there_with_all_that_is_on_record(client, entered):
    entered(SERVERS)
    page = client.get("/privacy/record/").content.decode()
    for words in ("Example Hosting, Inc.", "Encrypted disks.", "2026-03-01"):
        assert words in page
    assert {
        "@type": "dpv:DataProcessor",
        "dpv:hasName": "Example Hosting, Inc.",
        "dct:description": "Runs the servers",
        "dpv:hasCountry": "United States",
        "dpv:hasLegalBasis": "eu-gdpr:A49-1-b",
        "dpv:hasTechnicalOrganisationalMeasure": "Encrypted disks.",
        "dpv:DataProcessingAgreement": "2026-03-01",
    } in as_json()["dpv:hasDataProcessor"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("firms", "agreement", "safeguard"),
    [
        ((), "None on record.", "Loaded only after consent"),
        ((GOOGLE,), "are part of its terms of service.", "Its terms of processing."),
    ],
)
def test_a_service_that_is_switched_on_stands_there_with_its_firm(
    client, entered, firms, agreement, safeguard
):
    entered(*firms)
    with rehearse_offer(build_offer({"google-analytics": "G-EXAMPLE123"})):
        page = client.get("/privacy/record/").content.decode()
    for words in ("Google LLC", "Google Analytics 4: Counts visits", agreement, safeguard):
        assert words in page
    assert page.count("None is switched on.") == 1


@pytest.mark.django_db
def test_a_firm_whose_service_is_off_is_not_said_to_work_for_us(client, entered):
    entered(GOOGLE)
    page = client.get("/privacy/record/").content.decode()
    assert ("Google LLC" in page, page.count("None is switched on.")) == (False, 3)


def test_a_title_names_the_firm_where_there_is_one():
    assert SERVERS.title == "Example Hosting, Inc.: Runs the servers"
    assert VENDORS[0].title == VENDORS[0].part


@pytest.mark.parametrize(
    "entry",
    [
        'key = "a"\npart = "b"\nfirm = ""\nreceives = "everybody"',
        'key = "a"\npart = "b"\nfirm = ""\nreceives = "service providers"\nshoe = "1"',
    ],
)
def test_an_entry_that_cannot_be_read_stops_the_start(tmp_path, entry):
    (tmp_path / "vendors.toml").write_text(f"[[vendor]]\n{entry}\n")
    with pytest.raises(ContentError, match="has an entry that cannot be read"):
        vendors_of(tmp_path)


def test_hosts_of_a_firm_are_read(tmp_path):
    text = 'key = "a"\npart = "b"\nreceives = "service providers"\nfirm = ""\nhosts = ["smtp.firm.test"]\n'
    (tmp_path / "vendors.toml").write_text(f"[[vendor]]\n{text}")
    assert vendors_of(tmp_path)[0].hosts == ("smtp.firm.test",)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        *((one, True) for one in ("localhost", "db", "/run/postgresql", "127.0.0.1", "10.1.2.3")),
        *((one, True) for one in ("::1", "[fd00::1]", "testserver", "cache.internal")),
        *((one, False) for one in ("smtp.firm.test", "8.8.8.8", "2001:4860::8888")),
    ],
)
def test_what_is_ours_is_no_firm(host, ours):
    assert is_ours(host) is ours


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("www.sight.org", True),
        ("www.example.com", False),
        ("localhost", False),
        ("192.168.1.1", False),
        ("shop.test", False),
    ],
)
def test_others_can_reach_a_host_with_a_public_name(host, public):
    assert is_public(host) is public


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("SENTRY_DSN", "https://key@o1.reports.test/2", "o1.reports.test"),
        ("STATIC_URL", "https://static.firm.test/", "static.firm.test"),
        ("MAIL_TRANSPORT", "anymail.backends.mailgun.EmailBackend", "anymail"),
        (
            "CACHES",
            {"default": {"LOCATION": ["redis://cache.firm.test:6379/0"]}},
            "cache.firm.test",
        ),
        ("STORAGES", {"default": {"BACKEND": "storages.backends.s3.S3Storage"}}, "storages"),
        ("MIDDLEWARE", ["django.x.Y", "accounts.x.Y", "rocketchat.App"], "rocketchat"),
        ("SECURE_CSP", {"img-src": ["'self'", "https://pictures.firm.test"]}, "pictures.firm.test"),
        ("LOGGING", {"handlers": {"away": {"host": "lines.firm.test"}}}, "lines.firm.test"),
    ],
)
def test_whatever_key_names_a_host_or_a_package_of_others_is_seen(settings, name, value, found):
    assert used_hosts.used_hosts() == {}
    setattr(settings, name, value)
    assert set(used_hosts.used_hosts()) == {found}


def test_a_mail_server_counts_where_mail_is_sent(settings, monkeypatch):
    settings.EMAIL_HOST = "smtp.firm.test"
    assert used_hosts.used_hosts() == {}
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    assert used_hosts.used_hosts() == {"smtp.firm.test": "EMAIL_HOST"}
    monkeypatch.setitem(sys.modules, "sentry_sdk", used_hosts)
    assert set(used_hosts.used_hosts()) == {"smtp.firm.test", "sentry_sdk"}


def test_a_bucket_whose_server_nobody_names_is_at_amazon(settings):
    settings.DOCUMENTS_S3_BUCKET = "papers"
    assert used_hosts.used_hosts() == {"amazonaws.com": "DOCUMENTS_S3_BUCKET"}
    settings.DOCUMENTS_S3_ENDPOINT = "https://s3.firm.test"
    assert used_hosts.used_hosts() == {"s3.firm.test": "DOCUMENTS_S3_ENDPOINT"}
    settings.DOCUMENTS_S3_ENDPOINT = "http://store.internal:9000"
    assert used_hosts.used_hosts() == {}


def test_a_database_elsewhere_is_seen(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "db.firm.test")
    assert used_hosts.used_hosts() == {"db.firm.test": "DATABASES.default"}


def test_of_several_servers_of_a_database_each_is_seen(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "127.0.0.1,db.firm.test")
    assert used_hosts.used_hosts() == {"db.firm.test": "DATABASES.default"}
