"""Everything that writes to the announcements and their texts."""

from datetime import datetime, time

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.text import slugify

from news.models import NewsCategory, NewsItem, NewsRevision
from news.shipped import shipped_items
from sens_site.lib import revisions
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.revisions import PAST, NotPossibleError
from sens_site.lib.texts import Text

ON_RECORD = (
    "This announcement has been published, so it stays on record. Set an end, or take it off the "
    "site."
)
IN_USE = "There are announcements in this category. Give them another one first."


@transaction.atomic
def load_news() -> int:
    """Bring in the shipped announcements that are not here yet. Returns how many. Idempotent.

    Where staff have one of their own at the address, theirs stands.
    """
    known = set(NewsItem.objects.values_list("shipped", flat=True))
    taken = set(NewsItem.objects.values_list("slug", flat=True))
    new = [one for one in shipped_items() if one.name not in known and one.slug not in taken]
    for one in new:
        slug = slugify(one.category)[:50]
        category = NewsCategory.objects.filter(Q(name=one.category) | Q(slug=slug)).first()
        category = category or NewsCategory.objects.create(name=one.category, slug=slug)
        item = NewsItem.objects.create(
            slug=one.slug, shipped=one.name, category=category, documents="\n".join(one.documents)
        )
        begins = timezone.make_aware(datetime.combine(one.day, time()))
        save_text(item, text=one.text, publish_at=begins)
    return len(new)


@transaction.atomic
def create_item(
    *,
    slug: str,
    category: NewsCategory,
    text: Text,
    documents: str = "",
    by: AbstractBaseUser | None = None,
    publish_at: datetime | None = None,
) -> NewsItem:
    """Begin an announcement. Without a time its text waits as a draft."""
    item = NewsItem.objects.create(slug=slug, category=category, documents=documents.strip())
    save_text(item, text=text, by=by, publish_at=publish_at)
    return item


@transaction.atomic
def change_item(item: NewsItem, *, category: NewsCategory, documents: str) -> None:
    """File an announcement under another category, or name other documents."""
    item.category, item.documents = category, documents.strip()
    item.save(update_fields=("category", "documents"))
    content_changed()


@transaction.atomic
def save_text(
    item: NewsItem,
    *,
    text: Text,
    by: AbstractBaseUser | None = None,
    publish_at: datetime | None = None,
) -> NewsRevision | None:
    """Keep a text as the newest one: a draft, or published at a time. The same again is nothing."""
    said = text.normalised()
    newest, shown = item.revisions.first(), item.revisions.due(timezone.now()).first()
    if revisions.is_same_again(said, publish_at, newest=newest, shown=shown, stands=None):
        return newest
    revision = NewsRevision.objects.create(
        item=item,
        title=said.title,
        description=said.description,
        body=said.body,
        author_id=by.pk if by else None,
        publish_at=publish_at,
    )
    _set_date(item)
    content_changed()
    return revision


@transaction.atomic
def publish_text(revision: NewsRevision, *, at: datetime | None = None) -> None:
    """Show a draft from a time on, or from now."""
    revisions.publish(revision, at=at)
    _set_date(revision.item)


@transaction.atomic
def cancel_plan(revision: NewsRevision) -> None:
    """Take back the time at which a text is to be published."""
    revisions.cancel_plan(revision)
    _set_date(revision.item)


def restore_text(revision: NewsRevision, *, by: AbstractBaseUser | None = None) -> None:
    """Make an older text the draft that staff go on with. What is shown stays."""
    save_text(revision.item, text=revision.text, by=by)


@transaction.atomic
def set_expiry(item: NewsItem, *, expires_at: datetime | None) -> None:
    """Have an announcement be current until a time. Then it stands in the archive alone."""
    if expires_at is not None and expires_at <= timezone.now():
        raise NotPossibleError(PAST)
    item.expires_at = expires_at
    item.save(update_fields=("expires_at",))
    content_changed()


@transaction.atomic
def set_hidden(item: NewsItem, *, hidden: bool) -> None:
    """Take an announcement off the site, or put it back. Its record stays."""
    item.hidden = hidden
    item.save(update_fields=("hidden",))
    content_changed()


@transaction.atomic
def delete_item(item: NewsItem) -> None:
    """Remove what nobody has read yet, with all its texts."""
    if item.is_on_record:
        raise NotPossibleError(ON_RECORD)
    item.delete()
    content_changed()


@transaction.atomic
def save_category(category: NewsCategory) -> None:
    category.save()
    content_changed()


@transaction.atomic
def delete_category(category: NewsCategory) -> None:
    if category.items.exists():
        raise NotPossibleError(IN_USE)
    category.delete()


def _set_date(item: NewsItem) -> None:
    """Date an announcement by its first text that is or will be published."""
    item.published_at = item.revisions.aggregate(first=Min("publish_at"))["first"]
    item.save(update_fields=("published_at",))
