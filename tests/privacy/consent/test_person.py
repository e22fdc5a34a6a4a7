"""A person who is logged in: refusals that hold in every browser, and what is asked of whom."""

from typing import cast

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from accounts.models import User
from privacy.consent import personal_services, refusals
from privacy.consent.choice import Choice
from privacy.consent.decision import State, decide, decision_of
from privacy.consent.models import PersonalRefusals
from privacy.consent.refusals import UNREADABLE, How, Refusal, Standing
from tests.client import SAME_ORIGIN, SiteClient, said_by
from tests.factories.people import PASSWORD, make_person
from tests.privacy.consent.conftest import COOKIE, answer, squeezed

pytestmark = pytest.mark.django_db
GPC = {**SAME_ORIGIN, "sec-gpc": "1"}
ALL = {"preferences", "analytics", "marketing", "social"}


class Browser(SiteClient):
    """A browser of its own, and what it is shown."""

    def choose(self, choice="accept", headers=SAME_ORIGIN, **fields):
        return self.post("/cookies/choose/", answer(choice, **fields), headers=headers)

    def on(self, **headers):
        return self.get("/cookies/", headers=headers).context["decision"].granted


@pytest.fixture
def laptop(full_offer):
    return Browser()


@pytest.fixture
def phone(full_offer):
    return Browser()


@pytest.fixture
def both(laptop, phone, person):
    """Two browsers of one person, who has allowed everything in both before logging in."""
    for browser in (laptop, phone):
        browser.choose("accept")
        browser.force_login(person)
    return laptop, phone


def stored(person):
    return PersonalRefusals.objects.get(user=person).groups


def test_a_refusal_in_one_browser_switches_off_the_other(both):
    laptop, phone = both
    assert (laptop.on(), phone.on()) == (ALL, ALL)
    laptop.choose("some", preferences="yes", analytics="yes", social="yes")
    assert phone.on() == {"preferences", "analytics", "social"}
    page = squeezed(phone.get("/cookies/"))
    assert "“Marketing” is off: you have refused it while logged in" in page
    assert "“Analytics” is off" not in page


def test_a_yes_by_name_counts_in_the_browser_in_which_it_was_said_and_in_no_other(both):
    laptop, phone = both
    laptop.choose("reject")
    phone.choose("some", marketing="yes")
    assert (laptop.on(), phone.on()) == (frozenset(), {"marketing"})
    laptop.choose("some", marketing="yes")
    assert laptop.on() == {"marketing"}
    phone.choose("reject")
    assert laptop.on() == frozenset()


def test_accept_all_leaves_off_what_the_person_refuses_and_says_so(both, person):
    laptop, phone = both
    laptop.choose("some", preferences="yes", analytics="yes", social="yes")
    response = phone.choose("accept", next="/about/")
    assert said_by(response) == ("/about/", "cookies-partly")
    assert phone.on() == {"preferences", "analytics", "social"}
    page = squeezed(phone.get(response.headers["Location"]))
    assert "Not everything could be switched on" in page
    assert "“Marketing” is off: you have refused it while logged in" in page
    assert stored(person)["marketing"]["count"] == 1


def test_accept_all_that_switches_everything_on_says_nothing_of_that(both):
    response = both[0].choose("accept", next="/about/")
    assert said_by(response) == ("/about/", "cookies-saved")


def test_after_logging_out_the_browsers_own_answer_counts(both):
    laptop, phone = both
    laptop.choose("reject")
    assert phone.on() == frozenset()
    phone.post("/accounts/logout/", headers=SAME_ORIGIN)
    assert phone.on() == ALL


def test_a_no_is_counted_once_until_somebody_says_yes(both, person):
    laptop, phone = both
    for browser in (laptop, laptop, phone):
        browser.choose("reject")
    assert {entry["count"] for entry in stored(person).values()} == {1}
    phone.choose("some", marketing="yes")
    phone.choose("some", marketing="yes")
    laptop.choose("reject")
    said = stored(person)["marketing"]
    assert (said["count"], said["allowed_after"], said["how"]) == (2, 1, "refused")
    assert stored(person)["social"]["count"] == 1


def test_what_changes_nothing_writes_nothing(both, django_assert_num_queries, person):
    both[0].choose("reject")
    request = RequestFactory().get("/")
    request.user = type(person).objects.select_related("refusals").get(pk=person.pk)
    before = decision_of(request, refusals.refusals_of_person(request.user))
    choice = Choice.read(query(answer("reject")), before)
    with django_assert_num_queries(0):
        bound = personal_services.bind_choice(request, choice, before)
    assert bound.refusals == before.refusals
    assert len(before.refusals) == 4


def query(fields):
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    data.update(fields)
    return data


def test_the_way_of_a_refusal_is_kept(both, person):
    laptop, phone = both
    laptop.choose("some", marketing="yes", social="yes", preferences="yes")
    assert stored(person)["analytics"]["how"] == "withdrawn"
    phone.choose("reject")
    assert stored(person)["marketing"]["how"] == "withdrawn"
    assert stored(person)["analytics"]["count"] == 1


def test_giving_up_some_services_of_a_group_switches_the_group_off_elsewhere(both):
    laptop, phone = both
    only = {"analytics": "some", "analytics.visits": "yes"}
    laptop.choose("some", **only, preferences="yes", marketing="yes", social="yes")
    assert laptop.on() == ALL
    assert laptop.get("/cookies/").context["decision"].services & {
        "visits",
        "google-analytics",
    } == {"visits"}
    assert phone.on() == ALL - {"analytics"}


def test_a_form_that_is_out_of_date_refuses_for_the_person_and_allows_nothing(both, person):
    laptop, phone = both
    stale = {"shown": "marketing=00000000", "marketing": "no", "social": "yes"}
    assert laptop.choose("some", **stale).status_code == 303
    assert phone.on() == ALL - {"marketing"}
    assert laptop.choose("some", **{**stale, "marketing": "yes"}).status_code == 409
    assert laptop.on() == ALL - {"marketing"}
    assert stored(person)["marketing"]["allowed_after"] == 0


def test_who_is_not_logged_in_binds_nobody(laptop):
    laptop.choose("reject")
    assert PersonalRefusals.objects.count() == 0


def test_a_refusal_from_before_logging_in_stays_the_browsers(laptop, phone, person):
    laptop.choose("reject")
    phone.choose("accept")
    log_in(laptop, person)
    phone.force_login(person)
    assert (laptop.on(), phone.on()) == (frozenset(), ALL)
    assert PersonalRefusals.objects.count() == 0


def log_in(browser, person, headers=SAME_ORIGIN):
    data = {"login": person.username, "password": PASSWORD}
    return browser.post("/accounts/login/", data, headers=headers)


def test_one_persons_yes_switches_on_nothing_that_another_refuses(laptop, phone, person):
    bea = make_person("bea")
    log_in(laptop, person)
    laptop.choose("reject")
    laptop.choose("some", marketing="yes")
    phone.force_login(bea)
    phone.choose("reject")
    phone.choose("some", marketing="yes")
    laptop.post("/accounts/logout/", headers=SAME_ORIGIN)
    assert laptop.on() == {"marketing"}
    log_in(laptop, bea)
    assert laptop.on() == frozenset()
    laptop.post("/accounts/logout/", headers=SAME_ORIGIN)
    assert laptop.on() == {"marketing"}


def test_the_same_person_finds_the_own_yes_after_logging_in_again(laptop, person):
    log_in(laptop, person)
    laptop.choose("reject")
    laptop.choose("some", marketing="yes")
    laptop.post("/accounts/logout/", headers=SAME_ORIGIN)
    log_in(laptop, person)
    assert laptop.on() == {"marketing"}


def fail(*args, **kwargs):
    raise OperationalError("database is locked")


def test_while_the_row_cannot_be_written_a_no_holds_in_the_browser(both, monkeypatch, caplog):
    laptop, phone = both
    monkeypatch.setattr(personal_services, "_locked", fail)
    assert laptop.choose("reject").status_code == 303
    assert (laptop.on(), phone.on()) == (frozenset(), ALL)
    assert "it holds in the browser" in caplog.text


@pytest.mark.only_on("sqlite")
def test_a_refusal_waits_for_no_lock_and_a_yes_may(both, monkeypatch):
    laptop, _ = both
    waits = []

    def look(person):
        with connection.cursor() as cursor:
            waits.append(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
        return REAL_LOCKED(person)

    monkeypatch.setattr(personal_services, "_locked", look)
    laptop.choose("reject")
    laptop.choose("some", marketing="yes")
    assert (waits[0], waits[1] > 0) == (0, True)


REAL_LOCKED = personal_services._locked


def test_while_the_row_cannot_be_written_a_yes_against_it_is_none(both, monkeypatch):
    laptop, phone = both
    laptop.choose("reject")
    monkeypatch.setattr(personal_services, "_locked", fail)
    response = phone.choose("some", marketing="yes")
    assert response.status_code == 503
    assert COOKIE not in response.cookies


def test_an_account_that_cannot_be_asked_refuses_everything(full_offer):
    class Unreachable:
        @property
        def refusals(self):
            raise OperationalError("the database is gone")

    request = RequestFactory().get("/", headers={"cookie": "__Host-session=x"})
    request.user = cast("User", Unreachable())
    granted = "|".join(f"{o.key}={o.version}" for o in full_offer.groups)
    request.COOKIES[COOKIE] = granted
    assert decision_of(request).refused == ALL
    assert decision_of(request).refusals == UNREADABLE
    assert decide(granted, gpc=False).granted == ALL


# --- the signal ------------------------------------------------------------------------------------


def test_the_signal_of_somebody_who_sends_a_form_binds_the_account(both, person):
    laptop, phone = both
    laptop.get("/", headers={"sec-gpc": "1"})
    assert PersonalRefusals.objects.count() == 0  # law 3: reading writes nothing
    laptop.post("/accounts/sessions/end-others/", headers=GPC)
    phone.force_login(person)
    covered = dict.fromkeys(("analytics", "marketing", "social"), "signal")
    assert {key: said["how"] for key, said in stored(person).items()} == covered
    assert phone.on() == {"preferences"}


def test_the_signal_that_comes_with_a_log_in_binds_the_account(laptop, phone, person):
    phone.choose("accept")
    phone.force_login(person)
    log_in(laptop, person, headers=GPC)
    assert phone.on() == {"preferences"}


def test_a_stranger_with_the_signal_binds_nobody(laptop):
    laptop.choose("reject", headers=GPC)
    assert PersonalRefusals.objects.count() == 0


def test_a_yes_in_spite_of_the_signal_is_not_undone_by_the_signal(both, person):
    laptop, phone = both
    for _ in range(2):  # a double click
        laptop.choose("some", headers=GPC, marketing="yes")
    assert laptop.on(**{"sec-gpc": "1"}) == {"marketing"}
    for browser in (laptop, phone):
        browser.post("/accounts/sessions/end/", {"session": "none"}, headers=GPC)
    assert laptop.on(**{"sec-gpc": "1"}) == {"marketing"}
    said = stored(person)["marketing"]
    assert (said["count"], said["allowed_after"], said["over_signal"]) == (1, 1, True)


def test_a_signal_that_cannot_be_written_is_honored_all_the_same(both, monkeypatch, caplog):
    laptop, _ = both
    monkeypatch.setattr(personal_services, "_locked", fail)
    response = laptop.post("/accounts/sessions/end-others/", headers=GPC)
    assert response.status_code == 303
    assert "A signal could not be noted" in caplog.text


# --- what it costs ---------------------------------------------------------------------------------


def test_pages_cost_no_query_more_for_it(both, django_assert_num_queries):
    laptop, _ = both
    laptop.choose("reject")
    for path in ("/privacy/", "/", "/about/"):
        laptop.get(path)
        with django_assert_num_queries(1):
            laptop.get(path)
    with django_assert_num_queries(0):
        laptop.get("/robots.txt")


def test_a_page_that_members_share_is_drawn_for_what_each_of_them_allows(both, settings):
    laptop, phone = both
    bea = Browser()
    bea.choose("accept")
    bea.force_login(make_person("bea"))
    laptop.choose("reject")
    for _ in range(2):
        assert b"googletagmanager" not in policy_of(phone.get("/about/"))
        assert b"googletagmanager" in policy_of(bea.get("/about/"))


def policy_of(response):
    return response.headers["Content-Security-Policy"].encode()


# --- pure ------------------------------------------------------------------------------------------


def test_a_standing_says_to_its_person_what_it_is():
    said = {"count": 1, "allowed_after": 0, "at": "2026-11-25T12:00:00+00:00"}
    for how, words in {
        "refused": "Marketing: you refused it on November 25, 2026.",
        "withdrawn": "Marketing: you took your consent back on November 25, 2026.",
        "signal": "Marketing: your browser sent its opt-out preference signal on November 25, 2026.",
    }.items():
        (sentence,) = refusals.sentences_of({"marketing": {**said, "how": how}})
        assert sentence == f"{words} It is off wherever you are logged in."
    allowed = {**said, "allowed_after": 1, "how": "refused"}
    (sentence,) = refusals.sentences_of({"gone-group": allowed, "social": {"count": 0}})
    assert sentence == (
        "gone-group: you refused it on November 25, 2026. You have allowed it again since, in a "
        "browser in which you said so."
    )


def test_a_count_that_a_yes_cannot_carry_switches_nothing_on(full_offer):
    (offered, *_) = full_offer.groups
    raw = f"{offered.key}={offered.version}@9999"
    assert decide(raw, gpc=False, refusals=(Refusal(offered.key, 9999, 9999),)).granted
    for refusal in UNREADABLE:
        state = decide(raw, gpc=False, refusals=(refusal,)).states[refusal.group]
        assert state is State.REFUSED


def test_a_yes_of_somebody_who_has_refused_nothing_leaves_no_trace():
    assert Standing().allowed(over_signal=False) == Standing()
    assert How.SIGNAL in How.values
