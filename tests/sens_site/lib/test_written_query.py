"""A query that is written once finds what Django's own finds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.models import Value
from django.utils import timezone

from accounts.models import User
from sens_site.lib.written_query import WrittenQuery, _moment, columns, named_params, named_places
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    """Count how often a query is written."""
    times: list[tuple] = []

    def make(*asked):
        times.append(asked)
        number, since, name, addresses = asked
        return (
            User.objects.filter(pk__gte=number, date_joined__gte=since, email__in=addresses)
            .exclude(username=name)
            .order_by("username")
            .values_list("username", "date_joined", "is_active")
        )

    return WrittenQuery(make), times


def test_it_is_written_once_for_each_number_of_texts_and_finds_what_is_asked_for(written):
    query, times = written
    people = [make_person(name) for name in ("ada", "bea", "cleo")]
    before = timezone.now() - timedelta(days=1)
    all_of_them = [one.email for one in people]
    rows = [tuple(row) for row in query(people[0].pk, before, "bea", all_of_them)]
    assert rows == [
        ("ada", people[0].date_joined, True),
        ("cleo", people[2].date_joined, True),
    ]
    found = [
        [row[0] for row in query(*asked)]
        for asked in (
            (people[1].pk, before, "", all_of_them),
            (0, timezone.now() + timedelta(days=1), "", all_of_them),
            (0, before, "", all_of_them[:1]),
            (0, before, "", ()),
        )
    ]
    assert found == [["bea", "cleo"], [], ["ada"], []]
    assert len(times) == 3


def test_it_is_one_query_and_written_anew_for_another_connection(
    written, django_assert_num_queries, monkeypatch
):
    query, times = written
    asked = (0, timezone.now(), "", ["nobody@nowhere.test"])
    with django_assert_num_queries(2):
        query(*asked)
        query(*asked)
    (kept,) = vars(query._written)["queries"].values()
    monkeypatch.setattr(kept.compiler, "connection", object())
    query(*asked)
    assert (len(times), connection.vendor in ("sqlite", "postgresql")) == (2, True)


def test_columns_stand_in_the_order_in_which_a_row_is_read():
    names = columns(User, "email", "id", "username")
    person = make_person("ada")
    row = User.objects.values_list(*names).get()
    assert (names, User.from_db("default", names, row)) == (("id", "username", "email"), person)


@pytest.mark.parametrize(
    "stored",
    [
        None, "2026-11-25 12:00:00", "2026-11-25 12:00:00.120000", "2026-11-25 12:00:00+02:00",
        "2026-11-25 2:3", "no time", datetime(2026, 11, 25, 12, tzinfo=UTC),
        datetime(2026, 11, 25, 12, 0, 0, 1, tzinfo=UTC).replace(tzinfo=None),
    ],
)  # fmt: skip
def test_a_time_is_read_as_django_reads_it(stored):
    def read(convert):
        try:
            return convert(stored, None, sqlite)
        except (AttributeError, TypeError, ValueError) as error:
            return type(error)

    sqlite = DatabaseWrapper({**connection.settings_dict, "NAME": ":memory:"})
    assert read(_moment) == read(sqlite.ops.convert_datetimefield_value)


def test_times_are_read_in_the_quick_way_on_sqlite(written):
    query, _ = written
    query(0, timezone.now(), "", ["nobody@nowhere.test"])
    (kept,) = vars(query._written)["queries"].values()
    readers = [one for made_by, _ in kept.converters.values() for one in made_by]
    assert (_moment in readers) is (connection.vendor == "sqlite")


def test_places_have_names_and_a_sign_of_its_own_stays_one():
    sql = named_places("SELECT %s || '%%s' || %s", ["p0", "p1"])
    assert sql == "SELECT %(p0)s || '%%s' || %(p1)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, named_params(["a", "b"]))
        assert cursor.fetchone() == ("a%sb",)


def test_what_the_database_is_asked_names_its_places(written, django_assert_num_queries):
    query, _ = written
    with django_assert_num_queries(1) as asked:
        query(7, timezone.now(), "some%name", ["nobody@nowhere.test"])
    (kept,) = vars(query._written)["queries"].values()
    assert [kept.sql.count(f"%(p{number})s") for number in range(4)] == [1, 1, 1, 1]
    assert "some%name" in asked.captured_queries[0]["sql"]


def test_a_constant_is_sent_once_and_not_confused_with_what_equals_it():
    query = WrittenQuery(
        lambda number: User.objects.filter(pk=number).values_list(
            Value(1), Value(""), Value(value=True), Value(""), Value(1), Value(7)
        )
    )
    person = make_person("ada")
    assert [list(row) for row in query(person.pk)] == [[1, "", True, "", 1, 7]]
    (kept,) = vars(query._written)["queries"].values()
    assert len(kept.constant) == 4  # 1, nothing, yes and 7
