"""An issue as mail: made once, with words in the place of what is each reader's own.

Making the whole anew for each of 100,000 readers would take many minutes. What differs is the
address, the name of the mail and two links; these are put in where the words stand.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formataddr, make_msgid, parseaddr
from functools import cached_property
from html import escape, unescape
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.safestring import mark_safe  # noqa: TID251 - nh3 has cleaned it

from newsletter.mail_check import Findings, check_mails
from newsletter.models import Issue, Topic
from newsletter.plain_text import plain_text
from outbox.services import as_automatic
from privacy.policy.rendering import render
from sens_site.context import render_without_request
from sens_site.lib.mail_html import with_look

_PLAIN_ADDRESS = re.compile(r"[!-;=?-~]{1,200}@[A-Za-z0-9.-]{1,200}")
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(")
_HREF = re.compile(r'href="([^"]*)"')


class NotComposedError(Exception):
    """The words that stand for what is the reader's own did not come through whole."""


@dataclass(frozen=True, slots=True)
class OwnLinks:
    """What is the reader's own in a mail, and nobody else's."""

    preferences: str
    unsubscribe: str
    """Opens a page with a button, and ends it by the POST of a mail program (RFC 8058)."""

    @property
    def all(self) -> frozenset[str]:
        """Both addresses."""
        return frozenset({self.preferences, self.unsubscribe})


PLACES = OwnLinks(
    preferences="https://preferences.placeholder.invalid/",
    unsubscribe="https://unsubscribe.placeholder.invalid/",
)
_TO = "reader@placeholder.invalid"
_NAME = "<name@placeholder.invalid>"


def in_mail(body: str) -> str:
    """Return the Markdown of an issue with its pictures as links: a mail loads nothing."""
    return _PICTURE.sub(lambda found: f"[Picture{': ' * bool(found[1])}{found[1]}](", body)


@dataclass(frozen=True)
class Letter:
    """An issue, ready to be addressed."""

    issue: Issue
    topics: tuple[Topic, ...]

    @cached_property
    def archive_url(self) -> str:
        """Its address in the archive: the same in every mail."""
        return f"{settings.SITE_ORIGIN}{self.issue.get_absolute_url()}"

    @cached_property
    def text(self) -> str:
        """The part of plain text, with the places of what is the reader's own."""
        text = plain_text(in_mail(self.issue.body), base=self.archive_url)
        return self._rendered("txt", text=text)

    @cached_property
    def page(self) -> str:
        """The part of HTML without its look, for a page of ours that names the style sheet."""
        html = render(in_mail(self.issue.body)).html
        return self._rendered("html", html=mark_safe(_HREF.sub(self._absolute, html)))

    @cached_property
    def html(self) -> str:
        """The part of HTML: its styles stand where they count."""
        return with_look(self.page)

    def _rendered(self, ending: str, **said: str) -> str:
        shared = {
            "issue": self.issue,
            "topic_names": ", ".join(topic.title for topic in self.topics),
            "archive_url": self.archive_url,
            "links": PLACES,
        }
        return render_without_request(f"newsletter/mail/issue.{ending}", shared | said)

    def _absolute(self, found: re.Match[str]) -> str:
        return f'href="{escape(urljoin(self.archive_url, unescape(found[1])))}"'

    def message(self, to: str, *, message_id: str) -> EmailMultiAlternatives:
        """Return the mail with the places in it, as it would go to an address."""
        mail = EmailMultiAlternatives(
            subject=self.issue.title,
            body=self.text,
            from_email=sender(),
            to=[to],
            headers=as_automatic(
                {
                    "Message-ID": message_id,
                    "List-Id": f"<newsletter.{settings.SITE_HOST}>",
                    "List-Unsubscribe": f"<{PLACES.unsubscribe}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    "Precedence": "bulk",
                }
            ),
        )
        mail.attach_alternative(self.html, "text/html")
        return mail

    @cached_property
    def _template(self) -> bytes:
        mime = self._bytes(_TO, _NAME)
        places = (_TO, _NAME, PLACES.preferences, PLACES.unsubscribe)
        whole = [mime.count(place.encode()) for place in places] == [1, 1, 2, 3]
        # Lines that no mail may have are written in another way, which breaks words in two.
        if not whole or b"Encoding: quoted-printable" in mime:
            raise NotComposedError(
                "The links to the topics and to unsubscribe do not come through whole. Look for a "
                "word or an address of more than 900 signs, or for the word placeholder.invalid."
            )
        return mime

    def _bytes(self, to: str, message_id: str) -> bytes:
        mime: bytes = self.message(to, message_id=message_id).message().as_bytes(linesep="\r\n")
        return mime

    def to(self, address: str, *, message_id: str, links: OwnLinks) -> bytes:
        """Return the mail to one reader, as it is sent."""
        own = {
            _NAME: message_id,
            PLACES.preferences: links.preferences,
            PLACES.unsubscribe: links.unsubscribe,
        }
        mime = self._template
        if _PLAIN_ADDRESS.fullmatch(address):
            own = {_TO: address, **own}
        else:  # what has to be written in Django's careful ways
            mime = self._bytes(address, _NAME)
        for place, value in own.items():
            mime = mime.replace(place.encode(), value.encode())
        return mime

    def test(self, address: str, links: OwnLinks) -> EmailMultiAlternatives:
        """Return the mail for a colleague who wants to see it. It says that it is a test."""
        mail = self.message(address, message_id=make_msgid(domain=settings.SITE_HOST))
        mail.subject = f"[Test] {self.issue.title}"
        for name in ("List-Unsubscribe", "List-Unsubscribe-Post"):
            del mail.extra_headers[name]
        mail.body = _with_links(self.text, links)
        mail.alternatives = []
        mail.attach_alternative(_with_links(self.html, links), "text/html")
        return mail

    def check(self, readers: Iterable[tuple[str, OwnLinks]]) -> Findings:
        """Read the mails of some readers as they would leave. Raises MailRefusedError."""
        return check_mails(
            [
                (self.to(address, message_id="<1@example.com>", links=links), links.all)
                for address, links in readers
            ]
        )


def _with_links(text: str, links: OwnLinks) -> str:
    text = text.replace(PLACES.preferences, links.preferences)
    return text.replace(PLACES.unsubscribe, links.unsubscribe)


def sender() -> str:
    """Return who issues come from: the company's name, and the address that sends all mail."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((f"{settings.COMPANY.short_name} newsletter", address))


def letter_of(issue: Issue) -> Letter:
    """Return an issue as mail."""
    return Letter(issue, tuple(issue.topics.all()) if issue.pk else ())
