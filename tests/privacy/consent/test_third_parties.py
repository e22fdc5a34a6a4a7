"""Law 17: third parties run on pages that opted in, asked of every address that there is.

The visitor here has allowed everything, and every service is on.
"""

import re
from typing import Any

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from outbox.models import OutboxMail
from pages.navigation import walk
from privacy.consent.middleware import ConsentMiddleware
from privacy.consent.offer import current
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.third_parties import GOOGLE_COUNTRIES
from privacy.datamap.stored_mail import mail_text
from privacy.rights import intake
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.export_files import make_export
from privacy.rights.secret_links import status_path
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.third_parties import lets_third_parties_in, third_parties_welcome
from tests.architecture import wsgi
from tests.architecture.routes import WHO, all_routes, log_in_as
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import make_person, make_staff
from tests.privacy.consent.conftest import COOKIE

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WELCOMING = {node.path for node in walk() if node.content} | {"/sitemap/"}
WITH_A_FORM = {
    "/contact/feedback/", "/contact/general/", "/contact/order-status/", "/contact/sales-genset/",
    "/contact/sales-marine/", "/contact/tech-support/", "/downloads/", "/newsletter/",
}  # fmt: skip
"""Addresses of the tree at which a room shows a form below the text."""
TAG = "/static/consent/"


def allow_everything(client, offer):
    fields = {"choice": "accept", "shown": offer.shown}
    assert client.post("/cookies/choose/", fields, headers=SAME_ORIGIN).status_code == 303


def lets_in(response) -> bool:
    """Whether a page carries a tag or a frame that loads, or names another origin."""
    body = b"" if response.streaming else response.content
    return (
        TAG.encode() in body
        or re.search(rb"<iframe[^>]*\ssrc=", body) is not None
        or "://" in response.headers["Content-Security-Policy"]
    )


def test_only_content_pages_and_the_site_map_have_opted_in():
    opted_in = {route.path for route in all_routes() if lets_third_parties_in(route.view)}
    assert opted_in == WELCOMING
    assert {"/", "/about/", "/contact/", "/sitemap/"} < opted_in
    assert not any(p.startswith(("/privacy", "/accounts", "/cookies")) for p in opted_in)


@pytest.mark.parametrize("who", WHO)
def test_of_all_addresses_only_those_that_opted_in_carry_tags_and_name_others(full_offer, who):
    client = SiteClient(raise_request_exception=False)
    log_in_as(client, who)
    allow_everything(client, full_offer)
    found = {route.path for route in all_routes() if lets_in(client.get(route.path))}
    assert found == WELCOMING - WITH_A_FORM


@pytest.mark.parametrize("choice", ["unanswered", "reject", "signal"])
def test_before_a_yes_after_a_no_and_under_the_signal_no_address_lets_anybody_in(
    full_offer, choice
):
    client = SiteClient(raise_request_exception=False)
    headers = {"sec-gpc": "1"} if choice == "signal" else {}
    if choice != "unanswered":
        fields = {"choice": "reject", "shown": full_offer.shown}
        client.post("/cookies/choose/", fields, headers={**SAME_ORIGIN, **headers})
    found = [r.path for r in all_routes() if lets_in(client.get(r.path, headers=headers))]
    assert found == []


@pytest.fixture
def secret_addresses(settings, tmp_path):
    """Addresses that are mailed to one person, each with a secret that is good."""
    settings.PRIVATE_ROOT = str(tmp_path)
    person = make_person("ada")
    asked: dict[str, Any] = {
        "kind": Kind.ACCESS,
        "name": "A Stranger",
        "text": "Tell me.",
        "channel": Channel.FORM,
    }
    intake.open_request(email="stranger@elsewhere.test", **asked)
    request = intake.open_request(email=person.email, proof=Proof.LINK, **asked)
    make_export(request, by=make_staff())
    make_person("new", verified=False)
    client = SiteClient()
    client.post("/accounts/password/reset/", {"email": person.email})
    client.post("/accounts/login/", {"login": "new", "password": "plover-lantern-42-quiet"})
    mailed = "\n".join(mail_text(row.message) for row in OutboxMail.objects.all())
    links = re.findall(r"https://testserver(/\S+?)[.>]?(?=\s)", mailed)
    secret = [link for link in links if re.search(r"[\w-]{16,}/?$", link)]
    return [status_path(request), *secret]


def test_an_address_with_a_secret_that_is_good_lets_nobody_in(full_offer, secret_addresses):
    kinds = {re.sub(r"[^/]*[0-9A-Z-][\w:-]{9,}", "*", address) for address in secret_addresses}
    assert kinds >= {"/privacy/request/*/*/", "/privacy/copy/*/", "/privacy/confirm/*/"}
    assert any("/password/reset/key/" in address for address in secret_addresses)
    assert any("/confirm-email/" in address for address in secret_addresses)
    client = SiteClient()
    allow_everything(client, full_offer)
    for address in secret_addresses:
        response = client.get(address)
        assert (response.status_code, lets_in(response)) == (200, False), address
        assert response.headers["Referrer-Policy"] == "strict-origin", address


@pytest.mark.parametrize("address", ["/no-such-page/", "/privacy/v/99/", "/about/%00/"])
def test_an_error_page_lets_nobody_in(full_offer, address):
    client = SiteClient()
    allow_everything(client, full_offer)
    response = client.get(address)
    assert (response.status_code // 100, lets_in(response)) == (4, False)


def test_an_error_page_is_drawn_without_tags_after_a_page_that_opted_in(full_offer, monkeypatch):
    client = SiteClient(raise_request_exception=False)
    allow_everything(client, full_offer)

    def fails(request, node):
        raise {"404": Http404, "500": RuntimeError}[request.GET["how"]]

    monkeypatch.setattr("pages.views.show", fails)
    for how, status in (("404", 404), ("500", 500)):
        response = client.get(f"/about/?how={how}")
        assert (response.status_code, lets_in(response)) == (status, False)
        assert b"</main>" in response.content


@pytest.mark.parametrize(("status", "lets"), [(200, True), (403, False), (302, False)])
def test_only_the_page_itself_names_others_and_no_refusal(full_offer, monkeypatch, status, lets):
    client = SiteClient()
    allow_everything(client, full_offer)
    answer = HttpResponse("<p>Here</p>", status=status)
    monkeypatch.setattr("pages.views.show", lambda request, node: answer)
    assert lets_in(client.get("/about/?x=1")) is lets


@shared_page
@third_parties_welcome
def shown(request):
    """A page whose outer decorator hands the mark on."""
    return HttpResponse("<p>Yes</p>")


def test_decorators_hand_the_mark_on():
    assert lets_third_parties_in(shown)


def test_what_is_drawn_after_the_view_lets_nobody_in(full_offer):
    """A middleware further out may answer instead; the tags of the view are not its own."""
    client = SiteClient()
    allow_everything(client, full_offer)
    request: Any = RequestFactory().get("/shown/")
    request.COOKIES[COOKIE] = client.cookies[COOKIE].value
    seen: list[Any] = []

    def view_through_the_resolver(request):
        middleware.process_view(request, shown, (), {})
        seen.append(request.consent_tags)
        return shown(request)

    middleware = ConsentMiddleware(view_through_the_resolver)
    middleware(request)
    assert next(tag.loader for tag in seen[0]) == "consent/before-tags.js"
    assert (request.consent_services, request.consent_tags) == ((), ())


def test_kept_pages_do_not_mix(full_offer):
    """Each page is asked for twice by who allowed all and by a stranger, in both orders."""
    application = wsgi.fresh_application()
    wsgi.get(application, "/robots.txt")  # a new worker reads the offer first
    current.use_offer(full_offer)
    client = SiteClient()
    allow_everything(client, full_offer)
    cookie = f"{COOKIE}={client.cookies[COOKIE].value}"
    for address in ("/about/", "/privacy/", "/sitemap/", "/legal/"):
        answers = [
            wsgi.get(application, address, **({"cookie": cookie} if allowed else {}))
            for allowed in (True, False, False, True)
        ]
        found = [TAG.encode() in answer.body for answer in answers]
        named = ["://" in answer.headers["Content-Security-Policy"] for answer in answers]
        welcome = address in WELCOMING
        assert found == named == [welcome, False, False, welcome], address


def test_kept_pages_of_members_do_not_mix(full_offer, person):
    def member(*, allows):
        client = SiteClient()
        client.force_login(person)
        if allows:
            allow_everything(client, full_offer)
        return client

    for address in ("/about/", "/privacy/", "/sitemap/"):
        for allows in (True, False, True):
            client = member(allows=allows)
            for _ in range(2):
                assert lets_in(client.get(address)) is (allows and address in WELCOMING), address


def test_the_page_after_one_that_lets_nobody_in_is_told_only_the_site(client, full_offer):
    allow_everything(client, full_offer)
    policies = {p: client.get(p).headers["Referrer-Policy"] for p in ("/privacy/", "/about/")}
    assert policies == {
        "/privacy/": "strict-origin",
        "/about/": "strict-origin-when-cross-origin",
    }
    assert "Referrer-Policy" not in client.get("/robots.txt").headers


THIRD_PARTIES = [s for group in GROUPS for s in group.services if s.origins]


def test_the_catalogue_knows_these_third_parties():
    assert {service.key for service in THIRD_PARTIES} == {
        "google-analytics",
        "google-ads-conversions",
        "google-ads",
        "linkedin-insight",
        "youtube",
        "google-maps",
        "openstreetmap",
        "linkedin-posts",
    }


@pytest.mark.parametrize("service", THIRD_PARTIES, ids=lambda service: service.key)
def test_each_names_the_documents_that_its_entry_follows_and_their_days(service):
    assert service.source
    for source in service.source:
        assert source.title
        assert source.address.startswith("https://")
        assert 2020 < source.day.year < 2100


def origins(key: str) -> dict[str, set[str]]:
    """What the catalogue names for a service, countries left out."""
    service = next(one for one in THIRD_PARTIES if one.key == key)
    left_out = set(GOOGLE_COUNTRIES)
    return {directive: set(named) - left_out for directive, named in service.origins.items()}


# Copied from the makers' documents that the catalogue cites.
TAG_MANAGER = "https://www.googletagmanager.com"
ADS = {
    "https://www.googleadservices.com",
    "https://pagead2.googlesyndication.com",
    "https://googleads.g.doubleclick.net",
    "https://www.google.com",
}
COUNT = {"https://*.google-analytics.com", "https://*.analytics.google.com"}
SIGNALS = {*COUNT, "https://*.g.doubleclick.net", "https://*.google.com"}


def test_google_analytics_is_named_as_google_documents_it_without_signals():
    assert origins("google-analytics") == {
        "script-src": {TAG_MANAGER},
        "img-src": {"https://*.google-analytics.com", TAG_MANAGER},
        "connect-src": {*COUNT, TAG_MANAGER},
    }


def test_google_ads_is_named_as_google_documents_it():
    assert origins("google-ads-conversions") == {
        "script-src": {*ADS, TAG_MANAGER},
        "img-src": {*ADS, TAG_MANAGER, "https://google.com"},
        "connect-src": {*ADS, "https://google.com", "https://ad.doubleclick.net"},
        "frame-src": {TAG_MANAGER},
    }


def test_remarketing_is_named_with_google_signals():
    conversions = origins("google-ads-conversions")
    assert origins("google-ads") == {
        "script-src": conversions["script-src"],
        "img-src": conversions["img-src"] | SIGNALS,
        "connect-src": conversions["connect-src"] | SIGNALS,
        "frame-src": {"https://td.doubleclick.net", TAG_MANAGER},
    }


def test_google_may_count_in_the_countries_it_has_addresses_for():
    for country in ("de", "fr", "ca", "co.uk", "com.mx"):
        for key in ("google-ads", "google-ads-conversions"):
            service = next(one for one in THIRD_PARTIES if one.key == key)
            for directive in ("img-src", "connect-src"):
                assert f"https://www.google.{country}" in service.origins[directive]


@pytest.mark.parametrize(
    ("key", "frame"),
    [
        ("youtube", "https://www.youtube-nocookie.com"),
        ("google-maps", "https://www.google.com"),
        ("openstreetmap", "https://www.openstreetmap.org"),
        ("linkedin-posts", "https://www.linkedin.com"),
    ],
)
def test_what_is_embedded_needs_its_frame_alone(key, frame):
    assert origins(key) == {"frame-src": {frame}}


@pytest.mark.parametrize(
    ("key", "name", "kind"),
    [
        ("google-analytics", "_ga_*", "cookie"),
        ("google-ads", "_gcl_*", "cookie"),
        ("google-ads", "_gcl_ls", "storage"),
        ("google-ads-conversions", "IDE", "cookie"),
        ("linkedin-insight", "li_fat_id", "cookie"),
        ("linkedin-insight", "li_giant", "cookie"),
        ("linkedin-insight", "AnalyticsSyncHistory", "cookie"),
        ("linkedin-insight", "li_adsId", "storage"),
        ("youtube", "VISITOR_INFO1_LIVE", "cookie"),
        ("youtube", "yt-*", "storage"),
    ],
)
def test_what_each_stores_is_listed_with_its_kind(key, name, kind):
    service = next(one for one in THIRD_PARTIES if one.key == key)
    assert (name, kind) in {(item.shown_name, item.kind) for item in service.items}


def test_what_stays_until_it_is_deleted_says_so():
    youtube = next(one for one in THIRD_PARTIES if one.key == "youtube")
    lives = {item.shown_name: item.life for item in youtube.items}
    assert lives["YSC"] == "Until you close the browser"
    assert lives["yt-*"] == "Until you delete it"
    assert lives["VISITOR_PRIVACY_METADATA"] == "180 days"
