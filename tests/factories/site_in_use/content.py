"""News, pages and redirects that staff have written."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from news import services as news
from news.models import NewsCategory
from pages import services as pages
from pages.models import Page, Redirect
from sens_site.lib.texts import Text
from tests.factories.site_in_use.clock import days_ago, spread
from tests.factories.site_in_use.people import EDITOR

NEWS = 24


def write_content(staff: list[User]) -> None:
    """Write news and pages: shown, hidden, moved, planned, ending, drafts, and changed texts."""
    _write_news(staff[EDITOR])
    _write_pages(staff[EDITOR])


def _write_news(by: User) -> None:
    shipped, own = NewsCategory.objects.all()[0], NewsCategory(name="Fairs <b>", slug="fairs")
    news.save_category(own)
    for number in range(NEWS):
        with days_ago(spread(number, NEWS, first=600)):
            text = _text(f"News {number} & <more>")
            item = news.create_item(
                slug=f"news-{number}", category=own if number % 2 else shipped, text=text, by=by,
                publish_at=None if number % 5 == 4 else timezone.now(),
                documents="doc-1" if number == 2 else "",
            )  # fmt: skip
        if number == 3:
            news.set_hidden(item, hidden=True)
        if number == 6:
            news.set_expiry(item, expires_at=timezone.now() + timedelta(days=3))
        if number == 7:
            news.save_text(item, text=_text("News 7 anew"), by=by)
    later = timezone.now() + timedelta(days=2)
    news.create_item(slug="planned", category=own, text=_text("Planned"), publish_at=later)


def _write_pages(by: User) -> None:
    about = Page.objects.get(path="/about/")
    with days_ago(300):
        now = timezone.now()
        moved = pages.create_page(
            path="/about/own-page/", text=_text("Own <page>"), parent=about, in_menu=True, by=by,
            publish_at=now,
        )  # fmt: skip
        pages.create_page(path="/about/draft/", text=_text("Draft"), parent=about, by=by)
        hidden = pages.create_page(
            path="/about/hidden/", text=_text("Hidden"), parent=about, by=by, publish_at=now
        )
        pages.set_hidden(hidden, hidden=True)
    with days_ago(100):
        pages.change_address(moved, "/about/moved/")
        history = _text("Our history")
        pages.edit_page(
            "/about/history/",
            title=history.title,
            description=history.description,
            body=history.body,
        )
    pages.save_redirect(Redirect(old="/old-page/", new="/about/"))


def _text(title: str) -> Text:
    body = "We have **news** of ünï.\n\n## A heading\n\n- See [about](/about/)."
    return Text(title=title, description="What is new", body=body)
