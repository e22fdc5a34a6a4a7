"""Everything that writes pictures and files: rows, and what lies below MEDIA_ROOT."""

from collections import defaultdict
from functools import partial

from django.db import transaction
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone

from pages import files
from pages.models import File, Page, PageRevision
from pages.page_texts import shipped_text, text_paths
from pages.rendering import short_forms
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.content import ContentError


class FileInUseError(Exception):
    """A page shows it, so it stays. The message says which."""


@transaction.atomic
def add_file(made: files.Made, *, name: str, alt: str) -> File:
    """Store a picture or file: first the row, as a file that no row names is nobody's."""
    contents = [made.original[1], *made.sizes]
    places = files.places_of(made, name=name)
    row = File.objects.create(
        name=name,
        alt=alt.strip(),
        digest=made.digest,
        width=made.width,
        height=made.height,
        size=len(made.original[1]) if made.width is None else sum(map(len, contents)),
        **places,
    )
    files.store(made, places.values())
    return row


@transaction.atomic
def change_words(file: File, *, alt: str) -> None:
    file.alt = alt.strip()
    file.save(update_fields=("alt",))
    content_changed()


@transaction.atomic
def delete_file(file: File) -> None:
    """Remove a picture or file that no page shows, and none is about to show."""
    pages = names_in_use().get(file.name, [])
    if pages:
        raise FileInUseError(f"{', '.join(pages)} shows it. Take it out of the text first.")
    places = [one.name for one in (file.original, file.small, file.medium, file.large) if one.name]
    file.delete()
    for place in places:
        transaction.on_commit(partial(files.remove, place))


def names_in_use() -> dict[str, list[str]]:
    """Return which names stand in texts that are shown, planned or worked on, and on which pages."""
    now = timezone.now()
    due = PageRevision.objects.due(now).filter(page=OuterRef("pk")).values("pk")[:1]
    numbers = Page.objects.annotate(newest=Max("revisions__pk"), due=Subquery(due))
    alive = {pk for row in numbers.values_list("newest", "due") for pk in row if pk}
    texts = PageRevision.objects.filter(Q(pk__in=alive) | Q(publish_at__gt=now), body__contains="{")
    found: dict[str, set[str]] = defaultdict(set)
    for path, body in texts.values_list("page__path", "body"):
        for form in short_forms(body):
            found[form.name].add(path)
    for path in text_paths():
        try:
            body = shipped_text(path).body
        except ContentError:  # pages.E001 says so
            continue
        for form in short_forms(body):
            found[form.name].add(path)
    return {name: sorted(paths) for name, paths in found.items()}
