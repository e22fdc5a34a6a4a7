"""The promise about announcements: they are kept on record with their date."""

from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from news import services
from news.models import NewsCategory, NewsItem, NewsRevision
from news.shipped import shipped_items
from privacy.promises.played_clock import later
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite
from sens_site.lib.revisions import NotPossibleError
from sens_site.lib.texts import Text

LIST = "/news/"
MOST = 60
"""Announcements of which the pages are opened: of a thousand, sixty show how they are made."""
WORDS = "An announcement of a check"
TEN_YEARS = timedelta(days=3653)


def dates_on(answer: Answer) -> list[str]:
    """Return the days that the main part of a page gives as dates."""
    main = answer.page.first("main")
    return [one.get("datetime") for one in main.all("time")] if main else []


def links_on(answer: Answer) -> list[str]:
    main = answer.page.first("main")
    return [one.get("href") for one in main.all("a")] if main else []


@promise("use.website-changes", look=Look.NOW)
def announcements_stand_with_their_date(site: RunningSite) -> Evidence:
    """Each opens at its address, says its day, and is found under its year."""
    require(site.get(LIST).status == 200, f"{LIST} does not open")
    items = list(NewsItem.objects.public()[:MOST])
    for item in items:
        day = timezone.localtime(item.published_at).date()
        path = f"{LIST}{day.year}/{item.slug}/"
        answer = site.get(path)
        require(answer.status == 200, f"{path} answers {answer.status}")
        require(day.isoformat() in dates_on(answer), f"{path} does not say its date")
    for year in {timezone.localtime(item.published_at).year for item in items}:
        answer = site.get(f"{LIST}{year}/")
        require(answer.status == 200, f"there is no list of {year}")
        require(dates_on(answer), f"the list of {year} gives no dates")
    return Evidence(
        "Each announcement opens at its address and says its date.", {"announcements": len(items)}
    )


@promise("use.website-changes", look=Look.ROWS)
def announcements_are_kept(site: RunningSite) -> Evidence:
    """What was published has the date of its first text, and what the site came with is there."""
    now = timezone.now()
    first = NewsRevision.objects.filter(publish_at__lte=now).values("item")
    published = first.annotate(first=Min("publish_at")).values_list("item", "first")
    dated = dict(NewsItem.objects.values_list("pk", "published_at"))
    other = [item for item, at in published if dated[item] != at]
    require(not other, f"{len(other)} announcements are dated otherwise than published")
    kept = {
        name: timezone.localtime(at).date()
        for name, at in NewsItem.objects.exclude(shipped="").values_list("shipped", "published_at")
        if at is not None
    }
    own = set(NewsItem.objects.filter(shipped="").values_list("slug", flat=True))
    came = [one for one in shipped_items() if one.slug not in own]
    lost = [one.name for one in came if kept.get(one.name) != one.day]
    require(not lost, f"{len(lost)} announcements are not on record as they came, first {lost[:1]}")
    return Evidence(
        "All announcements that were published are stored with their date.",
        {"announcements": len(published)},
    )


@promise("use.website-changes", look=Look.REHEARSAL)
def an_announcement_that_is_over_stays_on_record(site: RunningSite) -> Evidence:
    """One of yesterday comes to its end, and somebody tries to delete it."""
    with site.rehearsal():
        yesterday = timezone.now() - timedelta(days=1)
        day = timezone.localtime(yesterday).date()
        item = services.create_item(
            slug="an-announcement-of-a-check",
            category=NewsCategory.objects.create(slug="of-a-check", name=WORDS),
            text=Text(WORDS, WORDS, WORDS),
            publish_at=yesterday,
        )
        path = f"{LIST}{day.year}/an-announcement-of-a-check/"
        visitor = site.visitor()
        require(path in links_on(visitor.get(LIST)), "what is announced is not in the list of news")
        services.set_expiry(item, expires_at=timezone.now() + timedelta(hours=1))
        NewsItem.objects.filter(pk=item.pk).update(expires_at=timezone.now())
        answer = visitor.get(path)
        require(answer.status == 200, "an announcement that is over does not open any more")
        require(day.isoformat() in dates_on(answer), "one that is over does not say its date")
        archive = visitor.get(f"{LIST}{day.year}/")
        require(path in links_on(archive), "an announcement that is over is on no list")
        require(day.isoformat() in dates_on(archive), "the archive does not give its date")
        with later(TEN_YEARS):
            opens = visitor.get(path).status
            listed = path in links_on(visitor.get(f"{LIST}{day.year}/"))
            require(opens == 200 and listed, "an announcement is gone after ten years")
        require(_cannot_be_deleted(item), "an announcement that was published can be deleted")
    return Evidence(
        "Played through for this check, an announcement that was over stayed under its year with "
        "its date, and could not be deleted."
    )


def _cannot_be_deleted(item: NewsItem) -> bool:
    try:
        services.delete_item(item)
    except NotPossibleError:
        return True
    return False
