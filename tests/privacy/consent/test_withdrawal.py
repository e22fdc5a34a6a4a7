"""Taking consent back takes effect in the same answer."""

import pytest
from django.db import OperationalError

from privacy.consent import withdrawal
from privacy.consent.offer import current
from privacy.consent.offer.building import build_offer
from privacy.consent.offer.catalogue import GROUPS, RECEIPT_COOKIE
from privacy.consent.offer.parts import COOKIE, Service, StoredItem
from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import answer, squeezed

pytestmark = pytest.mark.django_db
OPTIONAL = [s for group in GROUPS if not group.required for s in group.services]
OURS_TO_DELETE = [
    (s.key, f"{i.name}X1" if i.prefix else i.name)
    for s in OPTIONAL
    for i in s.items
    if not i.foreign and i.kind == COOKIE
]


def deletions(response) -> set[tuple[str, str, str]]:
    return {
        (morsel.key, morsel["domain"], morsel["path"])
        for morsel in response.cookies.values()
        if morsel["max-age"] in (0, "0")
    }


def choose(client, choice, **fields):
    return client.post("/cookies/choose/", answer(choice, **fields), headers=SAME_ORIGIN)


def test_named_and_prefixed_cookies_go_on_this_host_and_its_parents(full_offer, settings):
    settings.ALLOWED_HOSTS = ["www.company.example"]
    client = SiteClient(SERVER_NAME="www.company.example")
    choose(client, "accept")
    for name in ("_ga", "_ga_ABC123", "_gcl_au", "li_fat_id", "theirs", "_gat"):
        client.cookies[name] = "1"
    response = choose(client, "reject")
    domains = ("", "www.company.example", "company.example")
    wanted = {
        (name, domain, "/")
        for name in ("_ga", "_ga_ABC123", "_gcl_au", "li_fat_id")
        for domain in domains
    }
    assert deletions(response) == wanted
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    lines = [morsel.OutputString() for morsel in response.cookies.values()]
    assert sum("_ga_ABC123=" in line for line in lines) == 3


def test_only_the_groups_that_are_refused_are_forgotten(client, full_offer):
    choose(client, "accept")
    client.cookies["_ga"] = client.cookies["_gcl_au"] = "1"
    response = choose(client, "some", analytics="yes")
    assert {name for name, _, _ in deletions(response)} == {"_gcl_au"}
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_first_refusal_has_nothing_to_forget(client, full_offer):
    response = choose(client, "reject")
    assert deletions(response) == set()
    assert response.headers["Clear-Site-Data"] == '"cache"'


def test_cookies_that_are_there_without_consent_go_with_a_refusal(client, full_offer):
    client.cookies["_ga"] = "1"
    response = choose(client, "reject")
    assert {name for name, _, _ in deletions(response)} == {"_ga"}
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_what_is_not_in_the_catalogue_is_left_alone(client, full_offer):
    client.cookies["other"] = "1"
    response = choose(client, "reject")
    assert deletions(response) == set()


def test_the_next_page_names_no_third_party(client, full_offer):
    choose(client, "accept")
    assert "googletagmanager" in client.get("/about/").headers["Content-Security-Policy"]
    choose(client, "reject")
    response = client.get("/about/")
    assert "https://" not in response.headers["Content-Security-Policy"]
    assert "/static/consent/" not in squeezed(response)


def test_two_clicks_take_consent_back_from_any_page(client, full_offer):
    choose(client, "accept")
    assert 'href="/cookies/"' in squeezed(client.get("/about/"))
    assert '<button class="button" name="choice" value="reject">' in squeezed(
        client.get("/cookies/")
    )


@pytest.mark.parametrize(("service", "name"), OURS_TO_DELETE)
def test_any_answer_deletes_a_cookie_that_no_consent_covers(client, full_offer, service, name):
    for _ in range(2):  # the second time the page is ready
        SiteClient().get("/about/")
    client.cookies[name] = "1"
    for path in ("/about/", "/about/", "/nowhere/", "/accounts/profile/", "/cookies/"):
        client.cookies[name] = "1"
        response = client.get(path)
        assert {key for key, _, _ in deletions(response)} == {name}, path
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["Clear-Site-Data"].startswith('"cache"')


@pytest.mark.parametrize(("service", "name"), OURS_TO_DELETE)
def test_a_cookie_that_is_allowed_stays(client, full_offer, service, name):
    choose(client, "accept")
    client.cookies[name] = "1"
    response = client.get("/about/")
    assert deletions(response) == set()
    assert "Clear-Site-Data" not in response.headers
    # Overtaken by the signal, it goes.
    signalled = client.get("/about/", headers={"sec-gpc": "1"})
    assert {key for key, _, _ in deletions(signalled)} == {name}


def test_the_cookies_of_a_service_that_is_offered_no_more_go(client, full_offer):
    choose(client, "accept")
    current.use_offer(build_offer())
    client.cookies["_ga_ABC"] = client.cookies["li_fat_id"] = "1"
    response = client.get("/about/")
    assert {key for key, _, _ in deletions(response)} == {"_ga_ABC", "li_fat_id"}


def test_a_cookie_that_ends_with_the_host_is_not_sent_to_its_parents(settings, full_offer):
    settings.ALLOWED_HOSTS = ["www.company.example"]
    client = SiteClient(SERVER_NAME="www.company.example")
    client.cookies["__Host-visitor"] = "1"
    (morsel,) = client.get("/about/").cookies.values()
    assert (morsel.key, morsel["domain"], morsel["secure"]) == ("__Host-visitor", "", True)


def test_what_a_service_keeps_besides_cookies_goes_with_its_cookie(client, full_offer, monkeypatch):
    client.cookies["_ga"] = "1"
    assert client.get("/about/").headers["Clear-Site-Data"] == '"cache"'
    monkeypatch.setattr(withdrawal, "stores_more_than_cookies", lambda services: True)
    client.cookies["_ga"] = "1"
    assert client.get("/about/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_storage_keys_are_more_than_cookies():
    key = StoredItem("_x_ls", "Keeps a click.", 90, kind="local storage")
    service = Service("x", "X", "x", "X", "US", "1 year", (key,))
    assert withdrawal.stores_more_than_cookies([service]) is True
    # What a player stores lies in its own frame, where we can empty nothing.
    cookies_alone = [one for one in OPTIONAL if one.key in ("google-analytics", "youtube")]
    assert len(cookies_alone) == 2
    assert withdrawal.stores_more_than_cookies(cookies_alone) is False


def test_a_static_file_deletes_nothing(client, full_offer):
    client.cookies["_ga"] = "1"
    response = client.get("/static/css/site.css")
    assert response.getvalue()
    assert response.cookies == {}


@pytest.fixture
def forgotten(monkeypatch):
    """Note the services for which the rooms are asked to forget."""
    asked = []
    monkeypatch.setattr(withdrawal, "_forgetting", {})

    def note(key):
        def forget(request, response):
            asked.append(key)

        return forget

    for key in ("visits", "google-analytics"):
        withdrawal.on_withdrawal(key)(note(key))
    return asked


def test_a_room_forgets_when_the_consent_to_its_service_is_taken_back(
    client, full_offer, forgotten
):
    choose(client, "accept")
    choose(client, "some", **{"analytics": "some", "analytics.google-analytics": "yes"})
    assert forgotten == ["visits"]
    choose(client, "reject")
    assert sorted(forgotten) == ["google-analytics", "visits", "visits"]


def test_a_room_forgets_whom_a_cookie_still_names_when_a_refusal_comes(
    client, full_offer, forgotten
):
    choose(client, "reject")
    assert forgotten == []
    client.cookies["__Host-visitor"] = "1"
    client.get("/about/")  # a GET deletes the cookie and writes nothing
    assert forgotten == []
    client.cookies["__Host-visitor"] = "1"
    choose(client, "reject")
    assert forgotten == ["visits"]


def test_a_refusal_holds_where_a_room_cannot_forget_at_once(
    client, full_offer, monkeypatch, caplog
):
    def fail(request, response):
        raise OperationalError("locked")

    monkeypatch.setattr(withdrawal, "_forgetting", {"visits": [fail]})
    choose(client, "accept")
    assert choose(client, "reject").status_code == 303
    assert "What visits holds could not be deleted at once." in caplog.messages


def test_the_page_after_a_choice_empties_the_cache_once_more(client, full_offer):
    html = squeezed(client.get(choose(client, "reject", next="/").headers["Location"]))
    assert '<link rel="stylesheet" href="/cookies/empty-cache.css">' in html
    response = client.get("/cookies/empty-cache.css")
    assert (response.content, response.headers["Content-Type"]) == (b"", "text/css")
    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_server_of_kept_pages_knows_what_the_answer_has_to_delete(full_offer):
    granted = f"analytics={full_offer.by_key['analytics'].version}"
    told = [
        withdrawal.has_left_over(names, cookie, gpc)
        for names, cookie, gpc in (
            (["_ga", "theirs"], "", False),
            (["_ga", "theirs"], granted, False),
            (["_ga", "theirs"], granted, True),
            (["theirs"], "", False),
        )
    ]
    assert told == [True, False, True, False]


def test_the_number_of_a_receipt_that_is_none_goes_with_a_refusal(client):
    client.cookies[RECEIPT_COOKIE] = "nonsense"
    response = choose(client, "reject")
    assert (RECEIPT_COOKIE, "", "/cookies/") in deletions(response)
