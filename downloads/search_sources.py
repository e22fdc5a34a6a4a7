"""Documents for the search, the site map, `llms.txt` and the Markdown form of their pages."""

from collections.abc import Iterable, Iterator

from django.template.defaultfilters import date as in_words
from django.template.defaultfilters import filesizeformat

from downloads.access import Answer, Stranger, answer_for
from downloads.listing import standing_versions
from downloads.models import Document, DocumentVersion
from search.registry import Entry, register_source
from sens_site.lib.public_pages import PublicPage, newest_first, register_pages

AT_ONCE = 100
"""Of how many files the words are in memory together."""


def entries() -> Iterator[Entry]:
    """Yield all documents. The words of a file are found where everybody may open it."""
    versions = standing_versions()
    for start in range(0, len(versions), AT_ONCE):
        batch = versions[start : start + AT_ONCE]
        texts = DocumentVersion.objects.filter(pk__in=[one.pk for one in batch])
        words = dict(texts.values_list("pk", "text"))
        yield from (_entry(one, words.get(one.pk, "")) for one in batch)


def _entry(version: DocumentVersion, words: str) -> Entry:
    document, answer = version.document, answer_for(version, Stranger())
    return Entry(
        key=document.number,
        path=document.get_absolute_url(),
        title=document.title,
        text=words if answer is Answer.OPEN else "",
        description=document.description,
        numbers=(document.number, *document.parts),
        changed_on=version.issued_on,
        gated=answer is Answer.LOG_IN,
    )


def pages() -> Iterator[PublicPage]:
    """Yield the pages of all documents, those that were added last before all others."""
    for batch in newest_first(Document.objects.published()):
        standing = {one.document_id: one for one in _standing(one.number for one in batch)}
        yield from (_page(standing[one.pk]) for one in batch if one.pk in standing)


def pages_at(path: str) -> Iterator[PublicPage]:
    """Yield the page of the document that an address names."""
    start, _, number = path.strip("/").partition("/")
    if start == "downloads":
        yield from map(_page, _standing([number]))


def _standing(numbers: Iterable[str]) -> list[DocumentVersion]:
    return standing_versions(numbers=list(numbers))


def _page(version: DocumentVersion) -> PublicPage:
    return PublicPage(
        path=version.document.get_absolute_url(),
        title=version.document.title,
        description=version.document.description,
        changed_at=version.withdrawn_at if version.is_withdrawn else version.publish_at,
        markdown=_Markdown(version),
    )


class _Markdown:
    """The page of a document as Markdown, written when somebody asks for it."""

    def __init__(self, version: DocumentVersion) -> None:
        self.version = version

    def __call__(self) -> str:
        version, document = self.version, self.version.document
        state = {
            Answer.LOG_IN: "The file is for registered customers.",
            Answer.WITHDRAWN: f"This version was withdrawn. {version.withdrawn_reason}",
        }.get(answer_for(version, Stranger()), "")
        facts = {
            "Number": document.number,
            "Kind": document.get_kind_display(),
            "Version": f"{version.label} of {in_words(version.issued_on)}",
            "What has changed": " ".join(version.change_note.split()),
            "Language": document.get_language_display(),
            "File": f"{version.file_name}, {filesizeformat(version.size)}",
            "SHA-256": version.sha256,
            "Part numbers": ", ".join(document.parts),
        }
        listed = "\n".join(f"- {name}: {said}" for name, said in facts.items() if said)
        return "\n\n".join(
            filter(None, (f"# {document.title}", document.description, state, listed))
        )


register_source("documents", "Documents", entries)
register_pages("downloads", pages, at=pages_at)
