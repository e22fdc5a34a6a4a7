"""The state of orders: off until the company gives a list, and then each customer's own alone."""

import io
import urllib.error
from datetime import date
from email.message import Message
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from contact import orders
from contact.order_models import OrderState
from contact.orders import OrdersError, fetch_orders, load_orders
from outbox.jobs import registered_jobs
from privacy.datamap.erasure import erase
from privacy.datamap.subjects import subject_of
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
PAGE = "/contact/order-status/"
HEAD = "order_number,email,state,ordered_on,ships_on,shipped_on\n"


def listed(*lines: str) -> bytes:
    return (HEAD + "\n".join(lines)).encode()


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def ours(person):
    """A list with an order of somebody who has an account, and of others."""
    load_orders(
        listed(
            f"PO 1,{person.email.upper()},In production,2026-03-01,2026-04-01,",
            f"<b>PO 2</b>,{person.email},Shipped,2026-03-02,,2026-03-09",
            "PO 3,nobody@customer.test,In production,,,",
        )
    )
    return person


def test_without_a_list_the_page_speaks_of_no_orders(client, person):
    client.force_login(person)
    assert "Your orders" not in text_of(client.get(PAGE))


def test_a_customer_sees_the_state_and_the_days_of_their_own_orders(client, ours):
    other = make_person("grace")
    load_orders(
        listed(
            f"PO 1,{ours.email},In production,2026-03-01,2026-04-01,",
            f"<b>PO 2</b>,{ours.email},Shipped,2026-03-02,,2026-03-09",
            f"PO 3,{other.email},In production,,,",
        )
    )
    client.force_login(ours)
    page = text_of(client.get(PAGE))
    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "PO 3" not in page
    assert "&lt;b&gt;PO 2&lt;/b&gt;" in rows
    assert rows.index("PO 2") < rows.index("PO 1")
    for said in (
        "In production",
        "March 1, 2026",
        "April 1, 2026",
        "Shipped",
        "March 9, 2026",
        "–",
    ):
        assert said in rows


def test_strangers_see_no_order_and_are_told_where_to_log_in(client, ours):
    page = text_of(client.get(PAGE))
    assert "PO 1" not in page
    assert '<a href="/accounts/login/">Log in</a> to see the state of orders' in page


def test_who_has_no_order_is_told_so(client, ours):
    client.force_login(make_person("grace"))
    assert "No order bears an email address that you have confirmed." in text_of(client.get(PAGE))


def test_an_address_that_is_not_confirmed_shows_nothing(client, ours):
    other = make_person("grace")
    EmailAddress.objects.create(user=other, email="boss@customer.test", verified=False)
    OrderState.objects.create(order_number="PO 9", email="boss@customer.test", state="Shipped")
    client.force_login(other)
    assert "PO 9" not in text_of(client.get(PAGE))


def test_other_departments_show_no_orders(client, ours):
    client.force_login(ours)
    assert "PO 1" not in text_of(client.get("/contact/tech-support/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    client, person, count, menu_read, django_assert_num_queries
):
    load_orders(listed(*(f"PO {n},{person.email},Shipped,,," for n in range(count))))
    client.force_login(person)
    client.get(PAGE)
    with django_assert_num_queries(3):
        client.get(PAGE)


def test_of_a_list_only_what_somebody_can_see_is_kept(ours):
    assert list(OrderState.objects.values_list("order_number", "email", "ordered_on")) == [
        ("PO 1", ours.email, date(2026, 3, 1)),
        ("<b>PO 2</b>", ours.email, date(2026, 3, 2)),
    ]


def test_a_list_takes_the_place_of_the_one_before(ours):
    assert load_orders(listed(f"PO 7,{ours.email},Shipped")) == 1
    assert OrderState.objects.get().order_number == "PO 7"
    assert load_orders(HEAD.encode()) == 0
    assert OrderState.objects.count() == 0


def test_who_was_erased_does_not_come_back_with_the_next_list(ours):
    line = f"PO 1,{ours.email},Shipped"
    erase(subject_of(ours), cause="test")
    assert OrderState.objects.count() == 0
    assert load_orders(listed(line)) == 0


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "The first line lacks order_number, email, state."),
        (b"order_number,state\n", "The first line lacks email."),
        (b"\xff\xfe", "The list of orders is not UTF-8 text."),
        (listed("PO,nobody,Shipped"), "Line 2: email is no email address."),
        (listed("PO"), "Line 2: state is no line of 1 to 100 characters."),
        (listed(",a@b.test,Shipped"), "Line 2: order_number is no line of 1 to 100 characters."),
        (listed("P" * 101 + ",a@b.test,S"), "Line 2: order_number is no line of 1 to 100"),
        (listed("P\u202eO,a@b.test,S"), "Line 2: order_number is no line of 1 to 100 characters."),
        (listed("PO,a@b.test,S,3/1/2026"), "Line 2: ordered_on is no day like 2026-03-31."),
        (listed("PO,a@b.test,S,,,soon"), "Line 2: shipped_on is no day like 2026-03-31."),
        (listed("PO,a@b.test,S", "PO,A@B.test,T"), "Line 3: the order stands there twice."),
        (listed("PO,a@b.test,S", '"' + "x" * 200_000), "is no CSV."),
        (listed(*["x"] * 20), "Line 11: state is no line of 1 to 100 characters."),
        (HEAD.encode() + b" " * orders.MOST_BYTES, "The list of orders is larger than 20 MB."),
    ],
)
def test_a_list_with_a_fault_is_refused_whole_and_what_was_known_stays(ours, content, fault):
    with pytest.raises(OrdersError) as caught:
        load_orders(content)
    assert fault in str(caught.value)
    assert "Line 12" not in str(caught.value)
    assert OrderState.objects.count() == 2


def test_the_command_loads_a_file_or_what_is_piped_in(person, tmp_path, monkeypatch, capsys):
    file = tmp_path / "orders.csv"
    file.write_bytes(b"\xef\xbb\xbf" + listed(f"PO 1,{person.email},Shipped"))
    call_command("load_orders", str(file))
    assert capsys.readouterr().out == "1 orders of people with an account.\n"

    class Piped:
        buffer = io.BytesIO(listed(f"PO 2,{person.email},Shipped"))

    monkeypatch.setattr("sys.stdin", Piped)
    call_command("load_orders", "-")
    assert OrderState.objects.get().order_number == "PO 2"


def test_the_command_says_why_a_list_is_not_taken(tmp_path):
    with pytest.raises(CommandError, match=r"none.csv cannot be read: No such file"):
        call_command("load_orders", str(tmp_path / "none.csv"))


class Answers:
    """A server of the company's."""

    def __init__(self, answer):
        self.answer = answer

    def __call__(self, *handlers):
        self.handlers = handlers
        return self

    def open(self, request, timeout):
        self.request, self.timeout = request, timeout
        if isinstance(self.answer, Exception):
            raise self.answer
        return io.BytesIO(self.answer)


@pytest.fixture
def server(settings, monkeypatch):
    settings.ORDER_STATUS_URL = "https://erp.company.test/orders.csv"

    def answers(answer):
        stand_in = Answers(answer)
        monkeypatch.setattr("contact.orders.urllib.request.build_opener", stand_in)
        return stand_in

    return answers


@pytest.mark.parametrize("token", ["", "secret"])
def test_the_worker_fetches_the_list(person, server, settings, token):
    settings.ORDER_STATUS_TOKEN = token
    stand_in = server(listed(f"PO 1,{person.email},Shipped"))
    assert fetch_orders() == 1
    assert stand_in.request.full_url == "https://erp.company.test/orders.csv"
    assert stand_in.request.get_header("Authorization") == (f"Bearer {token}" if token else None)
    assert stand_in.timeout == 20


@pytest.mark.parametrize(
    "fault",
    [
        TimeoutError(),
        urllib.error.URLError("no such host"),
        urllib.error.HTTPError("https://erp.company.test", 500, "", Message(), None),
    ],
)
def test_a_server_that_is_away_changes_nothing_and_no_page_waits_for_it(
    client, ours, server, fault
):
    server(fault)
    with pytest.raises(OrdersError, match=r"^The list of orders cannot be fetched: \w+\.$"):
        fetch_orders()
    client.force_login(ours)
    assert "PO 1" in text_of(client.get(PAGE))


def test_where_orders_cannot_be_read_the_page_says_so(client):
    def no_orders(execute, sql, *args):
        if "contact_orderstate" in sql:
            raise OperationalError("disk I/O error")
        return execute(sql, *args)

    with connection.execute_wrapper(no_orders):
        assert client.get(PAGE).status_code == 503


def test_without_an_address_nobody_is_asked(server, settings):
    stand_in = server(b"")
    settings.ORDER_STATUS_URL = ""
    assert fetch_orders() == 0
    assert not hasattr(stand_in, "request")


def test_nobody_is_followed_elsewhere():
    request = urllib.request.Request("https://erp.company.test/")
    follow: Any = orders.NoRedirects().redirect_request
    assert follow(request, None, 302, "", {}, "https://evil.test/") is None


@pytest.mark.parametrize(("address", "runs"), [("", False), ("https://erp.company.test/", True)])
def test_the_worker_asks_only_where_an_address_is_given(settings, address, runs):
    settings.ORDER_STATUS_URL = address
    job = next(one for one in registered_jobs() if one.run is fetch_orders)
    assert (job.when(), job.every_seconds, job.apart) == (runs, 900, True)
