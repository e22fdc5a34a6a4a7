"""Everything that writes to pages, their texts and moved addresses."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from pages.models import Page, PageRevision, Redirect
from pages.navigation import FIXED, HOME, TRAILS, walk
from pages.page_texts import digest_of, shipped_text
from sens_site.lib import revisions
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.revisions import PAST, NotPossibleError
from sens_site.lib.texts import Text

BELOW_ITSELF = "A page cannot stand below itself or below a page that stands below it."
STAYS = "Other parts of the site lead to this page, so it stays where it is and can be read."
HAS_CHILDREN = "Other pages stand below this one. Move or delete these first."
CAME_WITH_THE_SITE = "This page came with the site. Hide it instead."


class PageError(NotPossibleError):
    """What staff asked for cannot be. The message says why."""


@transaction.atomic
def load_pages() -> int:
    """Give each content page of the tree its row, and note which texts are new. Idempotent.

    Returns how many pages are new or have another text. A text that is missing fails here, at
    set-up, and not before a visitor.
    """
    wanted = {node.path: digest_of(node.path) for node in walk() if node.content}
    known = set(Page.objects.values_list("shipped", flat=True))
    missing = [path for path in wanted if path not in known]
    taken = set(Page.objects.filter(path__in=missing).values_list("path", flat=True))
    # Where staff have a page of their own at the address, theirs stands.
    new = [Page(path=path, shipped=path) for path in missing if path not in taken]
    Page.objects.bulk_create(new, ignore_conflicts=True)
    rows = Page.objects.filter(shipped__in=wanted)
    others = [row for row in rows if row.shipped_digest != wanted[row.shipped]]
    for row in others:
        row.shipped_digest, row.shipped_since = wanted[row.shipped], timezone.now()
    Page.objects.bulk_update(others, ("shipped_digest", "shipped_since"))
    if others:
        content_changed()
    return len(others)


@transaction.atomic
def create_page(
    *,
    path: str,
    text: Text,
    parent: Page,
    label: str = "",
    after: Page | None = None,
    in_menu: bool = False,
    by: AbstractBaseUser | None = None,
    publish_at: datetime | None = None,
) -> Page:
    """Make a page that staff have written. Without a time its text waits as a draft."""
    page = Page.objects.create(
        path=path,
        label=label.strip() or text.title,
        parent=parent,
        position=_last_position(parent) + 1,
        in_menu=in_menu,
    )
    _set_order(parent, page, after)
    save_text(page, text=text, by=by, publish_at=publish_at)
    Redirect.objects.filter(old=path).delete()
    content_changed()
    return page


@transaction.atomic
def save_text(
    page: Page,
    *,
    text: Text,
    by: AbstractBaseUser | None = None,
    publish_at: datetime | None = None,
) -> PageRevision | None:
    """Keep a text as the newest one: a draft, or published at a time. The same again is nothing.

    Published and equal to the shipped text, it says that the shipped text stands again.
    """
    now = timezone.now()
    said = text.normalised()
    at_once = publish_at is not None and publish_at <= now
    newest, shown = page.revisions.first(), page.revisions.due(now).first()
    if revisions.is_same_again(said, publish_at, newest=newest, shown=shown, stands=page.text):
        return newest
    as_shipped = at_once and page.shipped and said == shipped_text(page.shipped)
    words = dict.fromkeys(("title", "description", "body"), "") if as_shipped else asdict(said)
    revision = PageRevision.objects.create(
        page=page, author_id=by.pk if by else None, publish_at=publish_at, created_at=now, **words
    )
    content_changed()
    return revision


@transaction.atomic
def edit_page(path: str, *, title: str, description: str, body: str) -> Page:
    """Show this text at an address from now on. Equal to the shipped text, it is a reset."""
    page = Page.objects.get(path=path)
    save_text(page, text=Text(title, description, body), publish_at=timezone.now())
    return page


@transaction.atomic
def reset_page(path: str, *, by: AbstractBaseUser | None = None) -> Page:
    """Go back to the shipped text."""
    page = Page.objects.get(path=path)
    if not page.shipped:
        raise PageError("This page did not come with the site, so there is no text to go back to.")
    save_text(page, text=shipped_text(page.shipped), by=by, publish_at=timezone.now())
    return page


def restore_text(revision: PageRevision, *, by: AbstractBaseUser | None = None) -> None:
    """Make an older text the draft that staff go on with. What is shown stays."""
    save_text(revision.page, text=revision.text, by=by)


@transaction.atomic
def place_page(page: Page, *, parent: Page, after: Page | None, label: str, in_menu: bool) -> None:
    """Put a page below another, behind one of those that stand there, or first."""
    if page.shipped == HOME.path:
        raise PageError(STAYS)
    if page.pk in pages_above(parent):
        raise PageError(BELOW_ITSELF)
    shipped_label = TRAILS[page.shipped][-1].label if page.shipped in TRAILS else ""
    page.parent, page.in_menu = parent, in_menu
    page.label = "" if label == shipped_label else label.strip()
    page.position = _last_position(parent) + 1
    page.save(update_fields=("parent", "position", "label", "in_menu"))
    _set_order(parent, page, after)
    content_changed()


@transaction.atomic
def change_address(page: Page, path: str) -> None:
    """Show a page at another address. Whoever opens the old one is led to the new one."""
    if page.shipped in FIXED:
        raise PageError(STAYS)
    if Page.objects.filter(path=path).exclude(pk=page.pk).exists():
        raise PageError(f"There is a page at {path} already.")
    old = page.path
    if old == path:
        return
    page.path = path
    page.save(update_fields=("path",))
    Redirect.objects.filter(old=path).delete()
    Redirect.objects.filter(new=old).update(new=path)
    Redirect.objects.update_or_create(old=old, defaults={"new": path})
    content_changed()


@transaction.atomic
def set_hidden(page: Page, *, hidden: bool) -> None:
    """Take a page and all below it from the site, or put them back."""
    if hidden and page.shipped in FIXED:
        raise PageError(STAYS)
    page.hidden = hidden
    page.save(update_fields=("hidden",))
    content_changed()


@transaction.atomic
def set_expiry(page: Page, *, expires_at: datetime | None) -> None:
    """Show a page until a time, or for as long as it is not hidden."""
    if expires_at is not None and page.shipped in FIXED:
        raise PageError(STAYS)
    if expires_at is not None and expires_at <= timezone.now():
        raise PageError(PAST)
    page.expires_at = expires_at
    page.save(update_fields=("expires_at",))
    content_changed()


@transaction.atomic
def delete_page(page: Page) -> None:
    """Remove a page of staff with all its texts. Addresses that led to it lead nowhere."""
    if page.shipped:
        raise PageError(CAME_WITH_THE_SITE)
    if page.children.exists():
        raise PageError(HAS_CHILDREN)
    Redirect.objects.filter(new=page.path).delete()
    page.delete()
    content_changed()


@transaction.atomic
def save_redirect(redirect: Redirect) -> None:
    """Lead an old address to a page. Its form has seen to it that no address leads in a circle."""
    redirect.save()
    content_changed()


@transaction.atomic
def delete_redirect(redirect: Redirect) -> None:
    redirect.delete()
    content_changed()


def pages_above(page: Page) -> set[int]:
    """Return the numbers of a page and of those that it stands below."""
    rows = {row.pk: row for row in Page.objects.only("shipped", "parent", "position")}
    by_shipped = {row.shipped: row for row in rows.values() if row.shipped}
    found: set[int] = set()
    at: Page | None = rows.get(page.pk)
    while at is not None and at.pk not in found:
        found.add(at.pk)
        if at.position is not None:
            at = rows.get(at.parent_id or 0)
        else:
            trail = TRAILS.get(at.shipped or "", ())
            at = by_shipped.get(trail[-2].path) if len(trail) > 1 else None
    return found


def siblings_below(parent: Page) -> list[Page]:
    """Return the content pages below another, in the order in which they stand."""
    at_home = TRAILS.get(parent.shipped or "", ())
    shipped = [node.path for node in at_home[-1].children if node.content] if at_home else []
    order = {path: index for index, path in enumerate(shipped)}
    rows = Page.objects.filter(Q(parent=parent) | Q(position=None, shipped__in=shipped))
    return sorted(
        rows,
        key=lambda row: (
            (0, row.position) if row.position is not None else (1, order[row.shipped or ""])
        ),
    )


def _last_position(parent: Page) -> int:
    last = Page.objects.filter(parent=parent).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last


def _set_order(parent: Page, page: Page, after: Page | None) -> None:
    """Number the pages below one, so that `page` stands behind `after`, or first."""
    others: Sequence[Page] = [one for one in siblings_below(parent) if one.pk != page.pk]
    place = next((at for at, one in enumerate(others, 1) if after and one.pk == after.pk), 0)
    if after is not None and not place:
        raise PageError(f"{after.menu_label} does not stand below {parent.menu_label}.")
    for position, one in enumerate([*others[:place], page, *others[place:]]):
        Page.objects.filter(pk=one.pk).update(parent=parent, position=position)
    page.parent = parent


def place_of(page: Page) -> tuple[Page | None, Page | None]:
    """Return the page above, and the one behind which this stands."""
    if page.position is not None:
        parent = page.parent
    else:
        trail = TRAILS.get(page.shipped or "", ())
        above = trail[-2].path if len(trail) > 1 else None
        parent = Page.objects.filter(shipped=above).first() if above else None
    if parent is None:
        return None, None
    beside = siblings_below(parent)
    at = next((at for at, one in enumerate(beside) if one.pk == page.pk), 0)
    return parent, beside[at - 1] if at else None
