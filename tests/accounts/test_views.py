"""A person's own pages."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Session
from tests.client import SiteClient, said_by
from tests.factories.people import PASSWORD, SHOWN, make_person

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:153.0) Gecko/20100101 Firefox/153.0"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15"


def device(user_agent, name="ada"):
    client = SiteClient()
    response = client.post(
        "/accounts/login/",
        {"login": name, "password": PASSWORD},
        headers={"user-agent": user_agent},
    )
    assert response.status_code == 303
    return client


@pytest.mark.django_db
def test_profile_is_changed_and_says_so(signed_in, person):
    response = signed_in.post(
        "/accounts/profile/",
        {"name": "Ada L.", "company": "Engines", "position": "", "phone": "1", "marketing": "on"},
    )
    assert response.status_code == 303
    assert said_by(response) == ("/accounts/profile/", "saved")
    person.refresh_from_db()
    assert (person.name, person.company, person.position, person.phone) == (
        "Ada L.",
        "Engines",
        "",
        "1",
    )
    assert person.marketing_opt_in_at is not None
    page = signed_in.get(response.url).content.decode()
    assert 'value="Engines"' in page
    assert "Your changes are saved." in page


@pytest.mark.django_db
def test_marketing_keeps_the_day_of_the_yes_and_forgets_it_with_the_no(signed_in, person):
    signed_in.post("/accounts/profile/", {"marketing": "on"})
    person.refresh_from_db()
    first = person.marketing_opt_in_at
    signed_in.post("/accounts/profile/", {"marketing": "on", "name": "Ada"})
    person.refresh_from_db()
    assert person.marketing_opt_in_at == first
    signed_in.post("/accounts/profile/", {})
    person.refresh_from_db()
    assert person.marketing_opt_in_at is None


@pytest.mark.django_db
def test_profile_with_a_mistake_changes_nothing_and_keeps_what_was_typed(signed_in, person):
    response = signed_in.post("/accounts/profile/", {"name": "x" * 151, "company": "Engines"})
    assert response.status_code == 422
    assert 'value="Engines"' in response.content.decode()
    assert 'action="/accounts/profile/"' in response.content.decode()
    person.refresh_from_db()
    assert person.company == ""


@pytest.mark.django_db
def test_sessions_are_listed_by_device_without_their_keys(person):
    here, there = device(FIREFOX), device(SAFARI)
    page = here.get("/accounts/sessions/").content.decode()
    assert page.count("Firefox on Windows") == 1
    assert "Safari on Mac" in page
    for session in Session.objects.all():
        assert session.session_key not in page
        assert "127.0.0.1" not in session.session_data
    assert there.get("/accounts/sessions/").status_code == 200


@pytest.mark.django_db
def test_last_use_is_noted_when_something_is_sent_and_never_when_a_page_is_read(person):
    with time_machine.travel("2026-11-25T17:15:00Z", tick=False) as clock:
        here = device(FIREFOX)
        clock.shift(timedelta(minutes=61))
        with CaptureQueriesContext(connection) as queries:
            page = here.get("/accounts/sessions/").content.decode()
        assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
        assert page.count("November 25, 2026, 10:15 MST") == 2  # logged in, last used
        here.post("/accounts/profile/", {"name": "Ada"})
        clock.shift(timedelta(minutes=59))
        here.post("/accounts/profile/", {"name": "Ada L."})
        page = here.get("/accounts/sessions/").content.decode()
    assert "<td>November 25, 2026, 11:16 MST</td>" in page
    assert "12:15" not in page


@pytest.mark.django_db
def test_one_session_is_ended_on_the_server(person):
    here, there = device(FIREFOX), device(SAFARI)
    handle = Session.objects.get(device="Safari on Mac").handle
    response = here.post("/accounts/sessions/end/", {"session": handle})
    assert response.status_code == 303
    assert said_by(response) == ("/accounts/sessions/", "ended")
    assert there.get("/accounts/profile/").status_code == 302
    assert here.get("/accounts/profile/").status_code == 200
    assert here.post("/accounts/sessions/end/", {"session": handle}).status_code == 404


@pytest.mark.django_db
def test_nobody_ends_a_session_of_somebody_else(person):
    make_person("byron")
    here, victim = device(FIREFOX), device(SAFARI, "byron")
    handle = Session.objects.get(device="Safari on Mac").handle
    assert here.post("/accounts/sessions/end/", {"session": handle}).status_code == 404
    assert victim.get("/accounts/profile/").status_code == 200


@pytest.mark.django_db
def test_all_other_sessions_are_ended(person):
    make_person("byron")
    here, there, bystander = device(FIREFOX), device(SAFARI), device(SAFARI, "byron")
    response = here.post("/accounts/sessions/end-others/")
    assert response.status_code == 303
    assert said_by(response) == ("/accounts/sessions/", "ended")
    assert here.get("/accounts/profile/").status_code == 200
    assert there.get("/accounts/profile/").status_code == 302
    assert bystander.get("/accounts/profile/").status_code == 200


@pytest.mark.django_db
def test_page_of_what_we_hold_shows_everything_once(client, letters):
    client.post(
        "/accounts/register/",
        {
            "username": "ada",
            "email": "ada@customer.test",
            "password1": PASSWORD,
            "shown": SHOWN,
            "name": "Ada Lovelace",
            "company": "Engines Ltd",
            "position": "Analyst",
            "phone": "+44 20 7946 0000",
            "marketing": "on",
        },
    )
    client.post(letters.link("Confirm your email address"))
    here = device(FIREFOX)
    page = here.get("/accounts/data/").content.decode()
    for held in (
        "ada@customer.test", "Ada Lovelace", "Engines Ltd", "Analyst", "+44 20 7946 0000",
        "you asked for it on", "version 2", "Firefox on Windows", "You have not set one up",
    ):  # fmt: skip
        assert held in page


@pytest.mark.django_db
@pytest.mark.parametrize("sessions", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/accounts/profile/", 1),
        ("/accounts/sessions/", 2),
        ("/accounts/2fa/", 2),
        ("/accounts/data/", 2),
        ("/accounts/password/change/", 1),
        ("/accounts/logout/", 1),
    ],
)
def test_pages_cost_the_same_whatever_they_hold(person, path, queries, sessions):
    here, *_ = [device(FIREFOX) for _ in range(sessions)]
    here.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert here.get(path).status_code == 200
    assert len(captured) == queries, [q["sql"] for q in captured]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["profile/", "data/", "sessions/", "delete/", "email/", "2fa/", "password/change/"]
)
def test_personal_pages_lead_a_visitor_to_the_log_in(client, path):
    response = client.get(f"/accounts/{path}")
    assert response.status_code == 302
    assert response.url == f"/accounts/login/?next=/accounts/{path}"


@pytest.mark.django_db
def test_text_of_a_person_is_never_markup(client):
    evil = "<img src=x onerror=alert(1)>"
    make_person("eve", name=evil, company=evil, position=evil, phone=evil)
    client = device(FIREFOX, "eve")
    for path in ("/accounts/profile/", "/accounts/data/"):
        page = client.get(path).content.decode()
        assert "&lt;img" in page
        assert "<img src=x" not in page
