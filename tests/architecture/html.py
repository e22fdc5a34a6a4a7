"""Reads a page as a browser does: what it loads, where its forms go, what it is called."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

LOADING = {  # element -> attributes by which it makes the browser ask for something
    "audio": ("src",), "embed": ("src",), "iframe": ("src",), "img": ("src", "srcset"),
    "input": ("src", "formaction"), "object": ("data",), "script": ("src",),
    "source": ("src", "srcset"), "track": ("src",), "use": ("href",), "video": ("src", "poster"),
    "body": ("background",), "form": ("action",), "button": ("formaction",), "base": ("href",),
}  # fmt: skip
REFERRING = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "popovertarget")
PASSIVE_LINKS = {"alternate", "author", "canonical", "help", "license", "next", "prev"}


@dataclass
class Page(HTMLParser):
    """One parsed page."""

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    title: str = ""
    _open: str = ""

    def __post_init__(self) -> None:
        """Start the parser."""
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element loads, names and styles."""
        given = {name: value or "" for name, value in attrs}
        self._note_loads(tag, given)
        self._note_references(tag, given)
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name[:2] == "on"]
        if tag == "style" or (tag == "script" and not given.get("src") and not _is_data(given)):
            self.inline.append(tag)
        self._open = tag
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append(tag)

    def _note_loads(self, tag: str, given: dict[str, str]) -> None:
        for name in LOADING.get(tag, ()):
            if given.get(name):
                self.loads += [part.split()[0] for part in given[name].split(", ")]
        if tag == "link" and not set(given.get("rel", "").lower().split()) <= PASSIVE_LINKS:
            self.loads.append(given.get("href", ""))
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.loads.append(given.get("content", "").partition("=")[2])

    def _note_references(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if "id" in given:
            self.ids.append(given["id"])
        for name in REFERRING:
            self.fragments += given.get(name, "").split()
        if given.get("href", "").startswith("#"):
            self.fragments.append(given["href"][1:])

    def handle_data(self, data: str) -> None:
        """Collect the title."""
        if self._open == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        """Leave the title."""
        self._open = ""

    def foreign(self, own: str) -> list[str]:
        """Return what the page loads from another origin than `own`."""
        return [url for url in self.loads if is_foreign(url, own)]


def _is_data(given: dict[str, str]) -> bool:
    return given.get("type", "") in {"application/ld+json", "application/json"}


def is_foreign(url: str, own: str) -> bool:
    """Tell whether the address is one of another origin, or holds its own content (data:)."""
    parts = urlsplit(url)
    return bool(parts.scheme or parts.netloc) and f"{parts.scheme}://{parts.netloc}" != own


def parse(body: bytes) -> Page:
    """Parse a response's body."""
    page = Page()
    page.feed(body.decode())
    page.close()
    return page
