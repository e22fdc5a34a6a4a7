"""Everything that writes to the page texts."""

from django.db import transaction
from django.utils import timezone

from pages.models import PageText
from pages.navigation import walk
from pages.page_texts import Text, shipped_text
from sens_site.lib.cache.content_stamp import content_changed


@transaction.atomic
def load_pages() -> int:
    """Give each content page of the tree its row and return how many are new. Idempotent."""
    wanted = [node.path for node in walk() if node.content]
    known = set(PageText.objects.values_list("path", flat=True))
    missing = [path for path in wanted if path not in known]
    for path in wanted:
        shipped_text(path)  # fails here, at set-up, and not before a visitor
    PageText.objects.bulk_create([PageText(path=path) for path in missing], ignore_conflicts=True)
    return len(missing)


@transaction.atomic
def edit_page(path: str, *, title: str, description: str, body: str) -> PageText:
    """Show this text at an address from now on. Equal to the shipped text, it is a reset."""
    shipped = shipped_text(path)
    body = body.replace("\r\n", "\n").strip() + "\n"
    text = Text(title.strip(), description.strip(), body)
    if text == shipped:
        return reset_page(path)
    values = {
        "title": text.title,
        "description": text.description,
        "body": text.body,
        "updated_at": timezone.now(),
    }
    page, _ = PageText.objects.update_or_create(path=path, defaults=values)
    content_changed()
    return page


@transaction.atomic
def reset_page(path: str) -> PageText:
    """Go back to the shipped text."""
    shipped_text(path)
    values = {"title": "", "description": "", "body": "", "updated_at": None}
    page, _ = PageText.objects.update_or_create(path=path, defaults=values)
    content_changed()
    return page
