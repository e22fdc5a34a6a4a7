"""What strangers learn about the mail of the domain, and what is said where they cannot ask."""

import smtplib
from typing import Any, Self

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import pytest

from privacy.promises.models import State
from privacy.promises.outside.mail_facts import mail_facts

KEPT, BROKEN, UNSEEN = State.KEPT, State.BROKEN, State.NOT_CARRIED_OUT
DOMAIN, KEY, DMARC = "company.test", "key1._domainkey.company.test", "_dmarc.company.test"
GOOD = {
    (DOMAIN, "MX"): ["20 second.company.test.", "10 mail.company.test."],
    (DOMAIN, "TXT"): ['"another=1"', '"v=spf1 mx " "-all"'],
    (KEY, "TXT"): ['"v=DKIM1; k=rsa; p=MIIB"'],
    (DMARC, "TXT"): ['"v=DMARC1; p=reject; rua=mailto:a@company.test"'],
}


class World:
    """A domain whose records and servers a test can change."""

    def __init__(self) -> None:
        self.records = dict(GOOD)
        self.servers: dict[str, bool | Exception] = {}
        self.error: Exception | None = None

    def resolve(self, name: str, kind: str, *, lifetime: float) -> list[Any]:
        if self.error:
            raise self.error
        if (name, kind) not in self.records:
            raise dns.resolver.NXDOMAIN
        found = self.records[name, kind]
        if not found:
            raise dns.resolver.NoAnswer
        kind_of = dns.rdatatype.from_text(kind)
        return [dns.rdata.from_text(dns.rdataclass.IN, kind_of, one) for one in found]

    def connect(self, name: str, port: int, timeout: float) -> "Server":
        assert port == 25
        offers = self.servers.get(name, True)
        if isinstance(offers, Exception):
            raise offers
        return Server(offers=offers)


class Server:
    """What is at the other end of a connection to a mail server."""

    def __init__(self, *, offers: bool) -> None:
        self.offers = offers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        pass

    def ehlo(self) -> None:
        pass

    def has_extn(self, name: str) -> bool:
        return name == "starttls" and self.offers


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    settings.DEFAULT_FROM_EMAIL = "The Company <webmaster@company.test>"
    settings.DKIM_SELECTOR = "key1"
    world = World()
    monkeypatch.setattr("dns.resolver.resolve", world.resolve)
    monkeypatch.setattr("smtplib.SMTP", world.connect)
    return world


def states() -> list[tuple[str, State]]:
    return [(fact.name, fact.state) for fact in mail_facts()]


def test_a_domain_in_order_is_kept_throughout(world):
    assert states() == [
        ("MX", KEPT), ("SPF", KEPT), ("DKIM", KEPT), ("DMARC", KEPT), ("STARTTLS", KEPT),
        ("STARTTLS", KEPT),
    ]  # fmt: skip
    assert [one.words for one in mail_facts()][-2:] == [
        "mail.company.test takes mail encrypted.",
        "second.company.test takes mail encrypted.",
    ]


@pytest.mark.parametrize(
    ("where", "records", "name"),
    [
        ((DOMAIN, "MX"), [], "MX"),
        ((DOMAIN, "MX"), ["0 ."], "MX"),
        ((DOMAIN, "TXT"), ['"another=1"'], "SPF"),
        ((DOMAIN, "TXT"), ['"v=spf1 mx +all"'], "SPF"),
        ((DOMAIN, "TXT"), ['"v=spf1 mx ?all"'], "SPF"),
        ((DOMAIN, "TXT"), ['"v=spf1 -all"', '"v=spf1 mx -all"'], "SPF"),
        ((KEY, "TXT"), ['"v=DKIM1; p="'], "DKIM"),
        ((KEY, "TXT"), [], "DKIM"),
        ((DMARC, "TXT"), ['"v=DMARC1; p=none"'], "DMARC"),
        ((DMARC, "TXT"), ['"v=DMARC1; p=none; sp=reject"'], "DMARC"),
        ((DMARC, "TXT"), [], "DMARC"),
    ],
)
def test_what_is_missing_or_lets_all_in_is_named(world, where, records, name):
    world.records[where] = records
    assert [fact.name for fact in mail_facts() if fact.state is BROKEN] == [name]


def test_a_name_that_does_not_exist_has_no_records(world):
    del world.records[DMARC, "TXT"]
    assert ("DMARC", BROKEN) in states()


@pytest.mark.parametrize("ending", ["~all", "redirect=_spf.company.test"])
def test_other_endings_that_keep_others_out_are_good(world, ending):
    world.records[DOMAIN, "TXT"] = [f'"v=spf1 mx {ending}"']
    assert ("SPF", KEPT) in states()


def test_a_policy_of_quarantine_is_good(world):
    world.records[DMARC, "TXT"] = ['"v=DMARC1;p=quarantine"']
    assert ("DMARC", KEPT) in states()


def test_a_server_that_takes_no_encryption_is_named(world):
    world.servers["second.company.test"] = False
    broken = [fact.words for fact in mail_facts() if fact.state is BROKEN]
    assert broken == ["STARTTLS: it is not so that second.company.test takes mail encrypted."]


@pytest.mark.parametrize("error", [TimeoutError(), smtplib.SMTPConnectError(421, "busy")])
def test_a_server_that_cannot_be_reached_is_not_looked_at(world, error):
    world.servers["mail.company.test"] = error
    assert states()[-2:] == [("STARTTLS", UNSEEN), ("STARTTLS", KEPT)]


def test_without_a_selector_the_key_is_not_looked_at(world, settings):
    settings.DKIM_SELECTOR = ""
    assert ("DKIM", UNSEEN) in states()


@pytest.mark.parametrize("error", [dns.exception.Timeout(), dns.resolver.NoResolverConfiguration()])
def test_where_the_name_system_cannot_be_reached_nothing_is_looked_at(world, error):
    world.error = error
    assert states() == [("mail", UNSEEN)]


@pytest.mark.parametrize("sender", ["webmaster@localhost", "nobody"])
def test_a_domain_that_no_stranger_knows_is_not_looked_at(world, settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender
    assert states() == [("mail", UNSEEN)]
