"""Where pages lead: no link and no form tells another site who somebody is.

Who follows a link has allowed nothing by it, and what stands in its address is the other site's.
"""

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import unquote_plus, urlsplit

from privacy.promises.witness.exchange import Exchange, is_foreign
from privacy.promises.witness.record_rules import ADDRESS, BROWSER, SAID
from privacy.promises.witness.rules import ANSWER, Known, rule
from privacy.promises.witness.tags import doing_tags_of

PASSED_ON = "passed on"
BY_HAND = ("mailto:", "tel:", "sms:", "otpauth:")
"""What opens a program of the reader's own, and sends nothing before they do."""
SENDING = frozenset({"button", "form", "input", "meta"})
DESK = "/admin/"


def leads_away(address: str) -> bool:
    """Tell whether who follows an address comes to another site."""
    return is_foreign(address) and not address.strip().lower().startswith(BY_HAND)


@rule(PASSED_ON, of=ANSWER)
def another_site_is_told_nobody(seen: Exchange, known: Known) -> Iterator[str]:
    """A link says where it leads, not who follows it; what is typed is sent to this site alone."""
    told: dict[str, set[str]] = defaultdict(set)
    targets = [(seen.answer.header("Location"), "a")]
    if seen.answer.is_page:
        targets += [(a, tag.name) for tag in doing_tags_of(seen.answer.text) for a in tag.leads]
    for address, name in targets:
        if not address or not leads_away(address):
            continue
        host = urlsplit(address.strip()).netloc
        told[host].add(address)
        if name in SENDING:
            yield f"{seen.said} sends on to {host} by <{name}>"
        for what in _held_by(address, known.outside or known):
            yield f"{seen.said} tells {host} a {what}"
        if known.secrets_in(address):
            yield f"{seen.said} tells {host} a secret"
    if seen.method == "GET" and not seen.path.startswith(DESK):
        yield from _is_alike(seen, known, told)


def _held_by(address: str, known: Known) -> Iterator[str]:
    """Yield what an address says of customers and strangers: what staff publish may bear a name."""
    yield from known.in_text(unquote_plus(address), *SAID, ADDRESS, BROWSER)
    yield from (f"number made from an {what}" for what in known.digests_in(address))


def _is_alike(seen: Exchange, known: Known, told: dict[str, set[str]]) -> Iterator[str]:
    """A page leads everybody to the same addresses of a site: one of their own would name them."""
    for host, addresses in sorted(told.items()):
        first = known.led.setdefault((seen.answer.path, host), addresses)
        if first != addresses:
            yield f"{seen.said} leads each who looks to an address of their own at {host}"
