"""Taking consent back takes effect in the same answer."""

import pytest

from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import answer, squeezed

pytestmark = pytest.mark.django_db


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
