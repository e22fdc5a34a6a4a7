"""One spelling for each mailbox (law 15): made before an address is stored, compared exactly after.

Two spellings that mail treats as one mailbox must not make two people, and two mailboxes that look
or fold alike must never be taken for one. So the domain is written in A-labels (UTS 46,
non-transitional, as browsers and mail servers resolve it), the local part in ASCII, and both in
small letters (ADR 15). That is done here and once; after it, Python, SQLite and PostgreSQL, which
fold case in three ways, only compare. What cannot be written in one way is refused, not guessed.
"""

import re
from functools import lru_cache

import idna

from sens_site.lib.forms.text_guard import is_unseen

LOCAL_MAX, LABEL_MAX, DOMAIN_MAX, ADDRESS_MAX = 64, 63, 253, 254
"""Octets (RFC 5321, 4.5.3.1; RFC 1035, 2.3.4)."""

# RFC 5322, 3.2.3, without the quoted form: quotes and comments give one mailbox many spellings.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SURROUNDING = " \t\r\n\f\v"


class AddressError(ValueError):
    """What was given is no address that mail can reach and that can be written in one way only."""


def canonical(address: str) -> str:
    """Return the one spelling of an address. Raises AddressError."""
    text = address.strip(_SURROUNDING)
    if any(map(is_unseen, text)):
        raise AddressError("It holds a space or a sign that cannot be seen.")
    local, at, domain = text.rpartition("@")
    if not at:
        raise AddressError("It has no @.")
    if len(local) > LOCAL_MAX or not _LOCAL.fullmatch(local):
        raise AddressError(
            "Before the @ there may be letters a to z, digits, and . _ - + and such."
        )
    # ASCII alone by now: small letters are the same to everybody.
    spelled = f"{local.lower()}@{_canonical_domain(domain)}"
    if len(spelled) > ADDRESS_MAX:
        raise AddressError(f"It is longer than {ADDRESS_MAX} characters.")
    return spelled


@lru_cache(maxsize=256)  # a list of readers shares few domains, and the mapping takes the longest
def _canonical_domain(domain: str) -> str:
    # Longer than any domain in any form: not worth the time that the mapping takes.
    if len(domain) > ADDRESS_MAX:
        raise AddressError("What stands after the @ is too long.")
    try:
        labels = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").split(".")
    except ValueError as error:  # idna's own, and what Punycode raises for nonsense
        raise AddressError("What stands after the @ is no domain.") from error
    whole = ".".join(labels)
    fits = len(whole) <= DOMAIN_MAX and all(
        len(label) <= LABEL_MAX and _LABEL.fullmatch(label) for label in labels
    )
    # A last label of digits is an IP address to resolvers, whatever stands before it.
    if not fits or len(labels) < 2 or _NUMERIC.fullmatch(labels[-1]):
        raise AddressError("What stands after the @ is no domain.")
    return whole


def as_stored(address: str) -> str:
    """Return the spelling under which an address would be stored, for a look-up.

    What is no address is returned as it is: it equals nothing that is stored.
    """
    try:
        return canonical(address)
    except AddressError:
        return address


def found_in(address: str, text: str) -> bool:
    """Tell whether a canonical address stands in a text as a whole address, not inside another.

    `a@example.org` stands neither in `anna@example.org` nor in `a@example.org.uk`. ASCII case
    does not count. Signs that an address may hold and that also separate one from what stands
    before it (`email=a@…`, `'a@…'`) count as separators, but an apostrophe after a letter or digit
    does not: `o'neil@…` is not `neil@…`.
    """
    before = r"(?<![A-Za-z0-9!#$%*+/^_~.-])(?<![A-Za-z0-9]['`])"
    local, _, domain = address.rpartition("@")
    spellings = {domain, idna.decode(domain)} if "xn--" in domain else {domain}
    either = "|".join(re.escape(spelling) for spelling in sorted(spellings))
    pattern = rf"{before}{re.escape(local)}@(?:{either})(?!\.?[A-Za-z0-9-])"
    return re.search(pattern, text, re.IGNORECASE | re.ASCII) is not None
