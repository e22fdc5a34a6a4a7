"""What a version said when it was sealed, read without this site's own renderer.

A stored rendering can be altered, and its hash computed anew, by who owns the database. What such
a hand would have to alter too is looked at here: the source, the draft that it was sealed from, and
the file that it was shipped in.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from markdown_it import MarkdownIt

from privacy.policy.bundled import shipped_text
from privacy.policy.models import PolicyVersion
from privacy.promises.page_reader import Element, read
from privacy.promises.registry import require
from privacy.promises.running_site import Answer
from sens_site.lib.content import read_versions

MARK = re.compile(r"\{promise:([a-z0-9.-]+)\}")
TO_A_PROMISE = re.compile(r"^(?:\.\./)*p/\d+/$")
PERIODS = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|twelve)[ -](?:day|week|month|year)s?\b", re.IGNORECASE
)
BESIDE_THE_TEXT = ("nav", "form")
HIDING = frozenset(["hidden", "style", "inert", "aria-hidden"])

Versions = Sequence[PolicyVersion]


def posted_versions(slug: str) -> list[PolicyVersion]:
    """Return the posted versions of a policy, newest first, by their rows alone."""
    rows = PolicyVersion.objects.filter(policy__slug=slug, posted_at__lte=timezone.now())
    # What was posted stays, whatever an event says that came later.
    before = Q(events__kind="withdrawn", events__at__lt=F("posted_at"))
    withdrawn = PolicyVersion.objects.filter(before).values("pk")
    return list(rows.exclude(pk__in=withdrawn).select_related("policy").order_by("-number"))


def now_in_force(slug: str) -> PolicyVersion:
    """Return the version with the highest number among those whose day has come."""
    today = timezone.localdate()
    found = [one for one in posted_versions(slug) if one.effective_on <= today]
    require(found, "no version is in force")
    return found[0]


def words_of(text: str) -> list[str]:
    """Return the words of a text, without the signs between them."""
    return re.findall(r"\w+", text)


def _read_source(source: str) -> Element:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return read(markdown.render(MARK.sub("", source)))


def _links(element: Element) -> Iterator[Element]:
    for link in element.all("a"):
        if not TO_A_PROMISE.match(link.get("href")) and not _is_beside(link):
            yield link


def _is_beside(element: Element) -> bool:
    return any(element.within(tag) for tag in BESIDE_THE_TEXT)


def _shown_words(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif not (
            child.tag in ("script", "style", *BESIDE_THE_TEXT)
            or child.unseen
            or HIDING & set(child.attrs)
            or (child.tag == "a" and TO_A_PROMISE.match(child.get("href")))
        ):
            yield from _shown_words(child)


def shows_what_was_sealed(answer: Answer, source: str, what: str) -> None:
    """Require that a page shows the words and the links of a source, whole and in their order."""
    main = answer.page.first("main")
    require(answer.status == 200 and main is not None, f"{what} answers {answer.status}")
    assert main is not None  # noqa: S101 - for the type checker
    sealed = _read_source(source)
    wanted, shown = words_of(" ".join(sealed.words())), words_of(" ".join(_shown_words(main)))
    require(_runs_through(shown, wanted), f"{what} shows another text than the one that was sealed")
    links = [link.get("href") for link in sealed.all("a")]
    require(
        _runs_through([link.get("href") for link in _links(main)], links),
        f"{what} links to other addresses than the text that was sealed",
    )


def _runs_through(whole: Sequence[str], part: Sequence[str]) -> bool:
    """Tell whether a part stands in a whole, unbroken."""
    return f"\0{chr(0).join(part)}\0" in f"\0{chr(0).join(whole)}\0"


TEXTS, DATES = ("source_text", "summary", "reason"), ("kind", "posted_on", "effective_on")


def is_what_was_shipped(version: PolicyVersion, *fields: str) -> None:
    """Require that a version from before this site is the one of the company's files."""
    if not version.imported:
        return
    slug, what = version.policy.slug, f"version {version.number}"
    rows = read_versions(settings.CONTENT_DIR)
    found = [r for r in rows if (r["policy"], r["number"]) == (slug, version.number)]
    require(found, f"{what} is called history and was never shipped")
    row = found[0]
    shipped = {**row, "source_text": shipped_text(row["file"])}
    for field in fields:
        require(
            str(getattr(version, field)).split() == str(shipped[field]).split(),
            f"{what} was shipped with another {field}",
        )


def is_what_was_drafted(version: PolicyVersion) -> None:
    """Require that a version that was sealed here is the draft that it was sealed from."""
    if version.imported:
        return
    draft = getattr(version, "draft", None)
    require(draft is not None, f"version {version.number} was sealed from no draft")
    for field in ("source_text", "kind", "effective_on"):
        require(
            getattr(draft, field) == getattr(version, field),
            f"version {version.number} has another {field} than its draft",
        )


def are_called_what_they_are(versions: Versions) -> int:
    """Require of versions sealed here, newest first, that a change of promises is called material.

    What nobody can call wording is that a promise came or went, or that a period changed.
    Returns how many were compared.
    """
    pairs = [(new, old) for new, old in pairwise(versions) if not new.imported]
    for new, old in pairs:
        # A mark that was set anew beside the same words is no change for a reader.
        marks_alone = MARK.sub("", new.source_text) == MARK.sub("", old.source_text)
        same = marks_alone or _promises(new) == _promises(old)
        require(
            same or new.kind == "material",
            f"version {new.number} changes promises or periods and is called {new.kind}",
        )
    return len(pairs)


def _promises(version: PolicyVersion) -> tuple[set[str], list[str]]:
    text = version.source_text
    marks = set(MARK.findall(text)) - {"plain"}
    return marks, sorted(one.lower() for one in PERIODS.findall(text))
