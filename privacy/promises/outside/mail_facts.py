"""What the name system and the mail servers say to strangers about the mail of our domain."""

import re
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings

from privacy.promises.models import State

SECONDS = 5.0
SMTP_PORT = 25
UNREACHED = "The name system could not be reached."
REFUSED = "([~-]all|redirect=[^ ]+)$"
"""How a list of senders ends that does not let everybody else in, too."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that strangers can learn."""

    name: str
    state: State
    words: str


class UnreachedError(Exception):
    """The name system could not be asked."""


def records_of(name: str, kind: str) -> list[str]:
    """Return what the name system says; nothing where it says that there is nothing."""
    import dns.exception  # noqa: PLC0415 - large, and used once a night
    import dns.resolver  # noqa: PLC0415 - as above

    try:
        answer = dns.resolver.resolve(name, kind, lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise UnreachedError from error
    if kind == "MX":
        return [str(one.exchange).rstrip(".") for one in sorted(answer)]
    return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]


def mail_facts() -> list[Fact]:
    """Look at MX, SPF, DKIM and DMARC of the sender's domain, and at its servers' STARTTLS."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    if "." not in domain:
        words = f"Mail comes from {domain or 'nowhere'}, which no stranger can ask about."
        return [Fact("mail", State.NOT_CARRIED_OUT, words)]
    try:
        return list(_facts(domain))
    except UnreachedError:
        return [Fact("mail", State.NOT_CARRIED_OUT, UNREACHED)]


def _facts(domain: str) -> Iterator[Fact]:
    servers = [one for one in records_of(domain, "MX") if one]
    yield _fact("MX", bool(servers), f"{domain} names who takes its mail.")
    senders = [one for one in records_of(domain, "TXT") if one.startswith("v=spf1")]
    fits = len(senders) == 1 and re.search(REFUSED, senders[0]) is not None
    yield _fact("SPF", fits, f"{domain} names who may send in its name, and nobody else.")
    yield _dkim(domain, settings.DKIM_SELECTOR)
    policies = [one for one in records_of(f"_dmarc.{domain}", "TXT") if one.startswith("v=DMARC1")]
    strict = len(policies) == 1 and re.search(r";\s*p=(quarantine|reject)\b", policies[0])
    yield _fact("DMARC", bool(strict), f"{domain} asks others to refuse forged mail.")
    for server in servers:
        yield _starttls(server)


def _dkim(domain: str, selector: str) -> Fact:
    if not selector:
        return Fact(
            "DKIM", State.NOT_CARRIED_OUT, "DKIM_SELECTOR does not say which key to ask for."
        )
    keys = records_of(f"{selector}._domainkey.{domain}", "TXT")
    fits = any(re.search(r"\bp=[A-Za-z0-9+/]", one) for one in keys)
    return _fact("DKIM", fits, f"{domain} publishes the key {selector}, which signs its mail.")


def _starttls(server: str) -> Fact:
    try:
        with smtplib.SMTP(server, SMTP_PORT, timeout=SECONDS) as talk:
            talk.ehlo()
            offers = talk.has_extn("starttls")
    except (OSError, smtplib.SMTPException):
        return Fact("STARTTLS", State.NOT_CARRIED_OUT, f"{server} could not be reached.")
    return _fact("STARTTLS", offers, f"{server} takes mail encrypted.")


def _fact(name: str, fits: bool, words: str) -> Fact:
    if fits:
        return Fact(name, State.KEPT, words)
    return Fact(name, State.BROKEN, f"{name}: it is not so that {words}")
