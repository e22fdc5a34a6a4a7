"""The public figures: true, and of nobody."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from privacy.rights import intake, services
from privacy.rights.choices import Kind
from privacy.rights.models import SubjectRequest
from privacy.rights.statistics import figures, rounded, veiled, veiled_cells, veiled_part

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 5, 18, tzinfo=UTC)


def test_small_numbers_are_veiled_and_nothing_is_nothing():
    assert [veiled(n) for n in range(7)] == [0, None, None, None, None, 5, 6]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([0, 0, 0], [0, 0, 0]),
        ([7, 5, 9], [7, 5, 9]),
        ([7, 1, 9], [None, None, 9]),  # one hidden cell is the sum less the others
        ([1, 0, 1, 6, 8], [None, 0, None, None, 8]),  # two of one are known by their sum of two
        ([4, 0, 4, 6], [None, 0, None, 6]),
        ([3, 0, 0], [None, 0, 0]),  # the sum is hidden, too
        ([2, 6, 6], [None, None, 6]),
    ],
)
def test_no_hidden_cell_follows_from_the_sum_and_the_others(counts, shown):
    assert veiled_cells(counts) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(8, 8, 8), (7, 8, None), (1, 8, None), (0, 8, 0), (0, 3, None), (5, 10, 5), (6, 10, None)],
)
def test_no_rest_of_one_to_four_follows_by_subtraction(part, whole, shown):
    assert veiled_part(part, whole) == shown


def test_one_person_of_a_kind_cannot_be_worked_out_from_the_page(proved):
    with time_machine.travel(MARCH):
        for number in range(8):
            kind = Kind.ERASURE if number == 0 else Kind.ACCESS
            proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH, kind=kind)
    found = figures(now=datetime(2026, 8, 20, tzinfo=UTC))
    counts = dict(found.by_kind)
    assert found.received == 5
    assert [counts[kind.label] for kind in (Kind.ERASURE, Kind.ACCESS)] == [None, None]


def test_figures_of_six_requests(proved, officer):
    for number in range(6):
        with time_machine.travel(MARCH):
            request = proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH)
        with time_machine.travel(MARCH + timedelta(days=number * 8)):
            services.answer(request, by=officer, text="Yes.")
    found = figures(now=datetime(2026, 8, 20, tzinfo=UTC))
    assert (found.received, found.answered, found.late) == (5, 5, None)
    assert found.median_days == 20
    assert dict(found.by_kind)["See or get a copy of my information"] == 5


def test_the_running_month_is_not_counted(proved):
    with time_machine.travel(MARCH):
        for number in range(6):
            proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH)
    assert figures(now=MARCH + timedelta(days=2)).received == 0
    assert figures(now=MARCH + timedelta(days=30)).received == 5


def test_many_requests_are_counted_by_one_query_and_once_a_day(
    proved, officer, client, django_assert_num_queries
):
    def ask(first, last):
        for number in range(first, last):
            proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH)

    with time_machine.travel(MARCH):
        ask(0, 6)
        services.extend(SubjectRequest.objects.all()[0], by=officer, reason="Many letters.")
    with django_assert_num_queries(1):
        found = figures(now=MARCH + timedelta(days=40))
    assert (found.received, found.late, found.median_days) == (5, None, None)
    assert figures(now=MARCH + timedelta(days=120)).late == 5
    with time_machine.travel(MARCH + timedelta(days=40)):
        first = client.get("/privacy/requests/").content
    with time_machine.travel(MARCH):
        ask(6, 11)
    with time_machine.travel(MARCH + timedelta(days=40, hours=1)):
        assert client.get("/privacy/requests/").content == first
    with time_machine.travel(MARCH + timedelta(days=41)):
        assert numbers_on(client.get("/privacy/requests/").text)[0] == "10"


def test_what_is_withdrawn_or_spam_is_neither_answered_nor_late(proved, officer):
    with time_machine.travel(MARCH):
        asked = [proved(text=str(n), email=f"s{n}@x.test", received_at=MARCH) for n in range(10)]
        for request in asked[:5]:
            intake.withdraw_request(request)
        SubjectRequest.objects.filter(closed_at=None).update(is_held=True)
        for request in asked[5:]:
            services.mark_spam(request, by=officer)
    found = figures(now=MARCH + timedelta(days=120))
    assert (found.received, found.answered, found.late) == (5, 0, 0)


def numbers_on(page: str) -> list[str]:
    """The figures of the page, in order: in its list and in its table."""
    return re.findall(r"<(?:dd|td)>\s*([^<]*?)\s*</(?:dd|td)>", page)


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.ERASURE])
@pytest.mark.parametrize("answered_after", [2, 70, None])
def test_last_months_page_less_this_one_tells_of_no_single_person(
    proved, officer, client, kind, answered_after
):
    """Of seven requests in March, and one in April, the page of each month is kept by a visitor."""
    with time_machine.travel(MARCH):
        for number in range(7):
            request = proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH)
            services.answer(request, by=officer, text="Yes.")
    april = MARCH + timedelta(days=31)
    with time_machine.travel(april):
        single = proved(kind, email="single@x.test", received_at=april)
    pages = []
    if answered_after is not None:
        with time_machine.travel(april + timedelta(days=answered_after)):
            services.answer(single, by=officer, text="Yes.")
    for days in (30, 61, 122):
        with time_machine.travel(MARCH + timedelta(days=days)):
            pages.append(numbers_on(client.get("/privacy/requests/").content.decode()))
    shown = {number for page in pages for number in page}
    assert shown <= {"0", "5", "not shown", "too few to say"}
    first, *later = (page[0] for page in pages)
    assert (first, set(later)) == ("5", {"5"})


def test_a_count_that_grows_by_one_changes_in_steps_of_five():
    assert [rounded(n) for n in (None, 0, 5, 6, 9, 10, 14)] == [None, 0, 5, 5, 5, 10, 10]


def test_the_page_shows_no_number_below_five(proved, client):
    with time_machine.travel(MARCH):
        for number in range(3):
            proved(text=str(number), email=f"s{number}@x.test", received_at=MARCH)
    with time_machine.travel(MARCH + timedelta(days=60)):
        page = client.get("/privacy/requests/").content.decode()
    assert "<dd>not shown</dd>" in page
    assert "<dd>3</dd>" not in page
