"""A person who stands nowhere else: wherever a word of theirs turns up, the walk has brought it."""

import re
import secrets
from dataclasses import dataclass, field

from django.conf import settings

from privacy.promises.visitor import Site, Visitor

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
MADE_UP = re.compile(r"zq[0-9a-f]{10}|\+1 555 \d{9}")
"""How the words and numbers of these people look."""
BEGINNINGS = ("zq", "+1 555 ")


def _word() -> str:
    return f"zq{secrets.token_hex(5)}"


@dataclass(frozen=True)
class Canary:
    """What one person says of themselves. Each word is in lower case and stands for itself."""

    username: str = field(default_factory=_word)
    name: str = field(default_factory=_word)
    mailbox: str = field(default_factory=_word)
    company: str = field(default_factory=_word)
    position: str = field(default_factory=_word)
    phone: str = field(default_factory=lambda: f"+1 555 {secrets.randbelow(10**9):09}")
    text: str = field(default_factory=_word)
    password: str = field(default_factory=_word)
    agent: str = field(default_factory=_word)
    before: str = field(default_factory=_word)
    # Two groups of four digits, none of them a zero that a spelling leaves out.
    network: str = field(
        default_factory=lambda: ":".join(f"{0x1000 + secrets.randbelow(0xF000):x}" for _ in "12")
    )

    @property
    def email(self) -> str:
        """An address in a domain that belongs to nobody (RFC 2606)."""
        return f"{self.mailbox}@example.com"

    @property
    def address(self) -> str:
        """An address from the range for documents (RFC 3849)."""
        return f"2001:db8:{self.network}::1"

    @property
    def user_agent(self) -> str:
        """What the browser calls itself."""
        return f"{BROWSER} {self.agent}"

    @property
    def came_from(self) -> str:
        """The page of ours from which the browser says that it comes."""
        return f"{settings.SITE_ORIGIN}/?{self.before}"

    @property
    def told(self) -> dict[str, str]:
        """What tells who the person is or what they wrote, by what it is."""
        return {
            "user name": self.username,
            "name": self.name,
            "email address": self.mailbox,
            "company": self.company,
            "position": self.position,
            "telephone number": self.phone,
            "text": self.text,
            "password": self.password,
        }

    @property
    def traces(self) -> dict[str, str]:
        """What a connection tells by itself."""
        return {
            "IP address": self.network,
            "browser’s name": self.agent,
            "page before": self.before,
        }

    def visitor(self, site: Site) -> Visitor:
        """Return this person's browser."""
        said = {"User-Agent": self.user_agent, "Referer": self.came_from}
        return Visitor(site, {}, said, self.address)
