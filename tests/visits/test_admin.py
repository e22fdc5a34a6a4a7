"""The page of staff: who may see it, what it is asked for, and what it never shows."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from tests.client import SiteClient
from tests.factories.people import make_staff
from visits.models import DailyCount, PageView, Reach

PAGE = "/admin/visits/dailycount/"
pytestmark = pytest.mark.django_db


def clerk(*codenames: str) -> SiteClient:
    user = make_staff("clerk", is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = SiteClient()
    client.force_login(user)
    return client


@pytest.fixture
def counted(db):
    """A week in which nine people saw one page and two people another."""
    yesterday = timezone.localdate() - timedelta(days=1)
    Reach.objects.create(day=yesterday, days=7, kind="total", people=9)
    Reach.objects.create(day=yesterday, days=30, kind="total", people=9)
    for kind, key, people in (
        ("total", "", 9), ("page", "/", 9), ("page", "/contact/", 7), ("page", "/of-two/", 2),
        ("host", "search.example", 6), ("host", "of-two.example", 2),
    ):  # fmt: skip
        DailyCount.objects.create(
            day=yesterday, kind=kind, key=key, views=people, visits=people, visitors=people
        )
    return yesterday


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}export.csv"])
def test_only_who_may_look_at_the_statistics_sees_them(counted, path):
    assert clerk("view_contactmessage").get(path).status_code == 403


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}export.csv"])
def test_who_may_look_sees_what_five_people_did_and_no_less(counted, path):
    response = clerk("view_dailycount").get(path, {"days": "7"})
    text = response.content.decode()
    assert response.status_code == 200
    assert ("/of-two/" in text, "of-two.example" in text, "search.example" in text) == (
        False, False, False,
    )  # fmt: skip
    # The smallest of the others is hidden with it, so that it does not follow from the total.
    assert ("/contact/" in text, "Other pages" in text) == (False, True)


def test_each_row_alone_is_nobodys_to_see(counted, staff_client):
    row = DailyCount.objects.get(key="/of-two/")
    for name in ("change", "delete", "history"):
        assert staff_client.get(f"{PAGE}{row.pk}/{name}/").status_code == 404
    assert staff_client.get(f"{PAGE}add/").status_code == 404


@pytest.mark.parametrize("days", ["", "8", "-7", "abc", "7 ", "365.0"])
def test_another_period_than_those_offered_is_a_bad_request(counted, staff_client, days):
    for path in (PAGE, f"{PAGE}export.csv"):
        assert staff_client.get(path, {"days": days}).status_code == 400


@pytest.mark.parametrize("days", [7, 30, 365])
def test_each_period_is_linked_and_the_one_that_is_shown_is_marked(counted, staff_client, days):
    text = " ".join(staff_client.get(PAGE, {"days": days}).content.decode().split())
    assert f'<a href="?days={days}" aria-current="page">{days} days</a>' in text
    assert len(re.findall(r'href="\?days=\d+" aria-current="page"', text)) == 1
    assert f'href="{PAGE}export.csv?days={days}"' in text


def test_without_a_choice_the_month_is_shown(counted, staff_client):
    text = " ".join(staff_client.get(PAGE).content.decode().split())
    assert '<a href="?days=30" aria-current="page">30 days</a>' in text
    assert "<strong>9 visits</strong>" in text


def test_every_picture_has_a_name_a_description_and_a_table_and_there_is_no_script(
    counted, staff_client
):
    text = staff_client.get(PAGE).content.decode()
    main = text.partition('<div id="content"')[2]
    counts = [main.count(part) for part in ('role="img"', "<desc", "<details>", "<table>")]
    assert counts == [7, 7, 7, 7]
    assert "<script" not in main
    assert "style=" not in main.partition("<footer")[0]


def test_the_page_of_a_year_has_weeks_and_its_file_days(counted, staff_client):
    page, file = (
        staff_client.get(path, {"days": "365"}).content.decode()
        for path in (PAGE, f"{PAGE}export.csv")
    )
    week = f"{counted - timedelta(days=6)} to {counted}"
    assert (page.count(f"<td>{week}</td>"), f"<td>{counted}</td>" in page) == (2, False)
    assert page.count(" weeks, 0 of them hidden.") == 4  # in both pictures, and below each
    assert (week in file, file.count(f"{counted},9")) == (False, 2)


def test_before_anything_is_counted_the_page_says_so(staff_client):
    text = " ".join(staff_client.get(PAGE).content.decode().split())
    assert "<strong>0 visits</strong>" in text
    assert "cannot be shown yet" in text


def test_too_few_visits_are_not_shown(staff_client):
    yesterday = timezone.localdate() - timedelta(days=1)
    DailyCount.objects.create(day=yesterday, kind="total", visitors=4, visits=4, views=4)
    text = " ".join(staff_client.get(PAGE).content.decode().split())
    assert "too few visits to be shown" in text


def test_the_share_of_refusals_is_on_the_page(counted, staff_client):
    from privacy.consent.models import DailyChoice

    DailyChoice.objects.create(day=counted, outcome="all", count=15)
    DailyChoice.objects.create(day=counted, outcome="nothing", count=5)
    text = " ".join(staff_client.get(PAGE).content.decode().split())
    assert "<strong>25 %</strong> of the answers about cookies were a refusal" in text


def test_the_file_is_named_after_its_period(counted, staff_client):
    response = staff_client.get(f"{PAGE}export.csv", {"days": "7"})
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="visits-7-days.csv"'


def test_the_page_costs_seven_queries_however_much_is_counted(
    counted, staff_client, django_assert_num_queries
):
    staff_client.get(PAGE)
    with django_assert_num_queries(7):  # two of them for the session and the person
        staff_client.get(PAGE)
    DailyCount.objects.bulk_create(
        DailyCount(day=counted, kind="page", key=f"/{n}/", views=9, visits=9, visitors=9)
        for n in range(100)
    )
    with django_assert_num_queries(7):
        staff_client.get(PAGE)


def test_no_row_says_in_its_name_more_than_what_it_counts():
    day = date(2026, 3, 10)
    assert str(DailyCount(day=day, kind="page", key="/")) == "2026-03-10 page /"
    assert str(Reach(day=day, days=7, kind="page", key="/")) == "7 days to 2026-03-10: page /"
    view = PageView(pk=7, path="/contact/", visitor="1" * 32, referring_host="a.test")
    assert str(view) == "View 7"
