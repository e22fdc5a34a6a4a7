"""What an issue's mail must not hold: it is read as it leaves, part by part, before any copy does.

A mail tells its sender that it was read by whatever it loads, and who read it by a link of the
reader's own. So it may load nothing, and the links that differ from reader to reader are the ones
that end or change the subscription. Nothing here knows how the mail was made.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urlsplit

LOADING_TAGS = frozenset({
    "applet", "area", "audio", "base", "bgsound", "button", "embed", "form", "frame", "frameset",
    "iframe", "image", "img", "input", "link", "map", "math", "meta", "object", "picture", "script",
    "source", "svg", "template", "track", "video",
})  # fmt: skip
LOADING_ATTRIBUTES = frozenset({
    "action", "archive", "background", "cite", "classid", "codebase", "data", "dynsrc", "formaction",
    "longdesc", "lowsrc", "manifest", "ping", "poster", "profile", "src", "srcdoc", "srcset", "usemap",
    "xlink:href",
})  # fmt: skip
STYLE = re.compile(
    r"url\s*\(|@import|image-set|image\s*\(|src\s*:|expression\s*\(|\\", re.IGNORECASE
)
RECEIPTS = (
    "Disposition-Notification-To", "Read-Receipt-To", "Return-Receipt-To", "X-Confirm-Reading-To",
)  # fmt: skip
COUNTING = re.compile(
    r"(utm|mc|hsa|pk|mtm|piwik|matomo|vero|oly|ml|elq|trk|sc|at|ck)_.*"
    r"|gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|mkt_tok|yclid|twclid|ttclid|li_fat_id|igshid"
    r"|_hsenc|_hsmi|hsctatracking|_openstat|wickedid|elqtrack(id)?|trk|trkinfo|_ke|dm_i|email|e?mail_?id"
    r"|(subscriber|recipient|reader|ref|campaign|track|tracking|click|open)(_?id)?",
    re.IGNORECASE,
)
"""Names of what is put behind an address to count who follows it."""
ADDRESS = re.compile(
    r"(?:https?|ftp|mailto|tel|file|data|javascript|cid):[^\s<>\"']+", re.IGNORECASE
)
HARMLESS = frozenset({"http", "https", "mailto", "tel"})


class MailRefusedError(Exception):
    """The mail may not leave. The message says why, for staff."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check of an issue's mail found, in numbers. Nothing with a fault ever gets so far."""

    bytes: int
    links: int
    own_links: int
    remote_references: int = 0
    tracking_links: int = 0

    def as_stored(self) -> dict[str, int]:
        """Return the same for the row of the issue."""
        return asdict(self)


def check_mails(mails: Sequence[tuple[bytes, frozenset[str]]]) -> Findings:
    """Check the mails of several readers, each with the addresses that may be that reader's own.

    What is not their own has to be the same in all of them. Raises MailRefusedError.
    """
    faults: list[str] = []
    shared: list[Counter[str]] = []
    for mime, own in mails:
        message = message_from_bytes(mime, policy=policy.default)
        links = Counter(_addresses_in(message))
        faults += _faults_of(message, own, links)
        shared.append(Counter({link: n for link, n in links.items() if link not in own}))
    if any(one != shared[0] for one in shared):
        faults.append("A link is different from reader to reader, and would tell who follows it.")
    if faults:
        raise MailRefusedError(" ".join(dict.fromkeys(faults)))
    mime, own = mails[0]
    return Findings(bytes=len(mime), links=sum(shared[0].values()), own_links=len(own))


def _faults_of(message: EmailMessage, own: frozenset[str], links: Counter[str]) -> Iterator[str]:
    kinds = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kinds.append(part.get_content_type())
        if part.get_content_type() == "text/html":
            yield from _Reader.read(str(part.get_content())).faults
            yield from _lacking(part, own)
        elif part.get_content_type() == "text/plain":
            yield from _lacking(part, own)
    if kinds != ["text/plain", "text/html"]:
        yield f"The mail consists of {', '.join(kinds) or 'nothing'}; it has to be text and HTML."
    yield from (f"The mail asks for a receipt by {name}." for name in RECEIPTS if name in message)
    yield from _faults_of_headers(message, own)
    yield from (fault for link in links if link not in own for fault in _faults_of_link(link))


def _lacking(part: EmailMessage, own: frozenset[str]) -> Iterator[str]:
    """In each part stand the ways to change and to end the subscription."""
    text = str(part.get_content())
    if sum(address in text for address in own) < 2:
        yield f"The part {part.get_content_type()} lacks the link to unsubscribe or to the topics."


def _faults_of_headers(message: EmailMessage, own: frozenset[str]) -> Iterator[str]:
    """RFC 8058: one https address, and the word that makes it one click."""
    way = str(message["List-Unsubscribe"] or "")
    if not any(f"<{address}>" in way for address in own):
        yield "The header List-Unsubscribe does not name the reader's own address."
    if message["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
        yield "The header List-Unsubscribe-Post is missing."
    if not message["List-Id"]:
        yield "The header List-Id is missing."


def _faults_of_link(link: str) -> Iterator[str]:
    target = urlsplit(link)
    if target.scheme.lower() not in HARMLESS:
        yield f"A link begins with {target.scheme}: {link}"
        return
    if target.scheme.lower() not in ("http", "https"):
        return
    if not target.netloc:
        yield f"A link has no host: {link}"
    names = [name for name, _ in parse_qsl(target.query, keep_blank_values=True)]
    names += [name for name, _ in parse_qsl(target.fragment, keep_blank_values=True)]
    for name in names:
        if COUNTING.fullmatch(name):
            yield f"A link counts who follows it by {name}: {link}"
    behind = unquote(unquote(link)).lower().partition("://")[2]
    if re.search(r"https?:/|[=/]www\.", behind):
        yield f"A link leads over another site: {link}"
    if "@" in unquote(unquote(target.netloc + target.path + target.query)):
        yield f"A link holds an email address: {link}"


def _addresses_in(message: EmailMessage) -> Iterator[str]:
    """Yield every address that a part leads to; in HTML by attribute, and as text too."""
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            yield from _found_in(str(part.get_content()))
        elif part.get_content_type() == "text/html":
            reader = _Reader.read(str(part.get_content()))
            yield from reader.links
            yield from (one for one in _found_in(reader.text) if one not in reader.links)


def _found_in(text: str) -> Iterator[str]:
    yield from (found.rstrip(".,:;)!?") for found in ADDRESS.findall(text))


class _Reader(HTMLParser):
    """Reads HTML as a mail program that draws whatever it is told to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    @classmethod
    def read(cls, html: str) -> "_Reader":
        """Return what was found in a text."""
        reader = cls()
        reader.feed(html)
        reader.close()
        return reader

    @property
    def text(self) -> str:
        """Return what stands between the tags."""
        return " ".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LOADING_TAGS and not (tag == "meta" and [a for a, _ in attrs] == ["charset"]):
            self.faults.append(f"The HTML holds <{tag}>, which may load something.")
        for name, value in attrs:
            if name in LOADING_ATTRIBUTES or name.startswith("on"):
                self.faults.append(f"The HTML holds {name}= on <{tag}>, which may load something.")
            elif name == "style":
                self._style(value or "")
            elif name == "href":
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self._style(data)
        else:
            self.words.append(data)

    def _style(self, css: str) -> None:
        if STYLE.search(css):
            self.faults.append("A style of the HTML may load something.")
