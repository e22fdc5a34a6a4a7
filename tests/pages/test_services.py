"""What staff may do with pages and texts, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from pages import services
from pages.models import Page, PageRevision, Redirect
from pages.navigation import FIXED
from pages.page_texts import shipped_text
from pages.services import PageError
from sens_site.lib import revisions
from sens_site.lib.texts import Text

pytestmark = pytest.mark.django_db

FIRST = Text("First", "One.", "First words.\n")
SECOND = Text("Second", "Two.", "Second words.\n")
NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)


@pytest.fixture
def about() -> Page:
    return Page.objects.get(path="/about/")


@pytest.fixture
def own(about: Page) -> Page:
    return services.create_page(
        path="/careers/", parent=about, text=FIRST, publish_at=timezone.now()
    )


def newest(page: Page) -> PageRevision:
    return page.revisions.latest("pk")


def oldest(page: Page) -> PageRevision:
    return page.revisions.earliest("pk")


def texts(page: Page) -> list[str]:
    return [row.title for row in page.revisions.all()]


def test_a_draft_waits_and_the_published_text_stays(about: Page):
    services.save_text(about, text=FIRST, publish_at=timezone.now())
    services.save_text(about, text=SECOND)
    assert (about.text, about.working_text) == (FIRST, SECOND)
    revisions.publish(newest(about))
    assert (about.text, texts(about)) == (SECOND, ["Second", "First"])


def test_a_planned_text_is_shown_from_its_second_on(about: Page):
    with time_machine.travel(NOON, tick=False) as clock:
        services.save_text(about, text=FIRST, publish_at=NOON)
        services.save_text(about, text=SECOND, publish_at=NOON + timedelta(hours=1))
        seen = []
        for seconds in (0, 3599, 3600):
            clock.move_to(NOON + timedelta(seconds=seconds))
            seen.append(about.text)
    assert seen == [FIRST, FIRST, SECOND]


def test_saving_without_a_change_keeps_nothing_new(about: Page, own: Page):
    shipped = shipped_text("/about/")
    for publish_at in (None, timezone.now()):
        services.save_text(about, text=shipped, publish_at=publish_at)
        services.save_text(own, text=FIRST, publish_at=publish_at)
    later = timezone.now() + timedelta(days=1)
    for _ in range(2):
        services.save_text(own, text=SECOND, publish_at=later)
    assert (texts(about), texts(own)) == ([], ["Second", "First"])
    assert about.is_edited is False


def test_publishing_a_draft_as_it_stands_is_a_change(own: Page):
    services.save_text(own, text=SECOND)
    services.save_text(own, text=SECOND, publish_at=timezone.now())
    assert (own.text, texts(own)) == (SECOND, ["Second", "Second", "First"])


def test_who_wrote_a_text_is_kept_until_the_account_goes(about: Page, staff):
    services.save_text(about, text=FIRST, by=staff)
    made = newest(about)
    assert made.author == staff
    staff.delete()
    left = PageRevision.objects.get()
    assert (left.author, left.title) == (None, "First")


def test_an_older_text_is_brought_back_as_a_draft(own: Page):
    services.save_text(own, text=SECOND, publish_at=timezone.now())
    services.restore_text(oldest(own))
    assert (own.text, own.working_text) == (SECOND, FIRST)


def test_a_text_that_says_as_shipped_is_brought_back_as_the_words_of_the_file(about: Page):
    services.edit_page("/about/", title="A", description="B", body="C")
    reset = newest(services.reset_page("/about/"))
    services.edit_page("/about/", title="D", description="E", body="F")
    services.restore_text(reset)
    assert about.working_text == shipped_text("/about/")


def test_a_page_does_not_stand_below_itself(about: Page, own: Page):
    child = services.create_page(path="/careers/apply/", parent=own, text=SECOND)
    for parent in (own, child):
        with pytest.raises(PageError, match="below itself"):
            services.place_page(own, parent=parent, after=None, label="Careers", in_menu=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=own.pk).update(parent=own)


def test_a_shipped_page_does_not_stand_below_one_of_its_own(about: Page):
    history = Page.objects.get(path="/about/history/")
    with pytest.raises(PageError, match="below itself"):
        services.place_page(about, parent=history, after=None, label="About", in_menu=True)


def test_a_page_stands_behind_one_that_stands_at_the_same_place(about: Page, own: Page):
    other = Page.objects.get(path="/support/education/")
    with pytest.raises(PageError, match="Education does not stand below About"):
        services.place_page(own, parent=about, after=other, label="Careers", in_menu=False)


def test_a_row_whose_page_is_gone_stands_nowhere():
    gone = Page.objects.create(path="/gone/", shipped="/gone/")
    assert services.place_of(gone) == (None, None)
    assert services.pages_above(gone) == {gone.pk}


def test_home_stays_at_the_top():
    home = Page.objects.get(path="/")
    assert services.place_of(home) == (None, None)
    with pytest.raises(PageError, match="stays where it is"):
        services.place_page(home, parent=home, after=None, label="Home", in_menu=True)


@pytest.mark.parametrize("path", sorted(FIXED))
def test_pages_to_which_code_leads_stay(path: str):
    page = Page.objects.get(path=path)
    tomorrow = timezone.now() + timedelta(days=1)
    for refused in (
        lambda: services.change_address(page, "/elsewhere/"),
        lambda: services.set_hidden(page, hidden=True),
        lambda: services.set_expiry(page, expires_at=tomorrow),
    ):
        with pytest.raises(PageError, match="stays where it is"):
            refused()


def test_an_end_lies_ahead_and_can_be_taken_back(own: Page):
    with pytest.raises(PageError, match="still to come"):
        services.set_expiry(own, expires_at=timezone.now())
    services.set_expiry(own, expires_at=timezone.now() + timedelta(days=1))
    services.set_expiry(own, expires_at=None)
    assert own.expires_at is None


def test_an_address_is_changed_to_a_free_one(own: Page):
    with pytest.raises(PageError, match="There is a page at /about/ already"):
        services.change_address(own, "/about/")
    services.change_address(own, "/careers/")
    assert list(Redirect.objects.all()) == []


def test_addresses_that_change_again_and_again_never_lead_in_a_circle(own: Page):
    for path in ("/jobs/", "/vacancies/", "/careers/", "/jobs/"):
        services.change_address(own, path)
    assert dict(Redirect.objects.values_list("old", "new")) == {
        "/careers/": "/jobs/",
        "/vacancies/": "/jobs/",
    }


def test_only_what_staff_have_made_and_nothing_stands_below_is_deleted(about: Page, own: Page):
    with pytest.raises(PageError, match="came with the site"):
        services.delete_page(about)
    child = services.create_page(path="/careers/apply/", parent=own, text=SECOND)
    with pytest.raises(PageError, match="stand below"):
        services.delete_page(own)
    services.save_redirect(Redirect(old="/old/", new="/careers/apply/"))
    services.delete_page(child)
    services.delete_page(own)
    assert Page.objects.filter(shipped="").count() == 0
    assert (PageRevision.objects.count(), Redirect.objects.count()) == (0, 0)


def test_a_page_of_staff_has_no_shipped_text_to_go_back_to(own: Page):
    with pytest.raises(PageError, match="did not come with the site"):
        services.reset_page(own.path)


def test_a_page_without_a_text_has_none(about: Page):
    bare = Page.objects.create(path="/bare/", label="Bare", parent=about, position=9)
    assert (bare.text, bare.title, bare.description, bare.body) == (None, "", "", "")
    assert str(bare) == "Bare (/bare/)"


def test_a_page_of_staff_has_a_name_and_a_place():
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.create(path="/bare/")
