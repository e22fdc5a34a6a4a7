"""Nothing third-party without consent: tags, headers and isolation follow from one decision."""

import re
from itertools import combinations

import pytest
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError

from privacy.consent.decision import decide
from privacy.consent.enforcement import tags_of
from privacy.consent.offer.catalogue import GROUP_BY_KEY
from privacy.consent.offer.current import current_offer
from sens_site.lib.http.csp import BASE_POLICY
from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import answer, squeezed

pytestmark = pytest.mark.django_db
KEYS = ("preferences", "analytics", "marketing", "social")
SUBSETS = [subset for size in range(5) for subset in combinations(KEYS, size)]
ORIGIN = re.compile(r"https://[^\s;\"'<>]+")


def sources(header: str) -> set[tuple[str, str]]:
    """All (directive, source) pairs of a policy that are not our own."""
    pairs = set()
    for part in header.split(";"):
        directive, *names = part.split()
        pairs |= {(directive, name) for name in names if not name.startswith("'")}
    return pairs


def allow(client, subset, **headers):
    fields = dict.fromkeys(subset, "yes") | {"shown": current_offer().shown}
    return client.post(
        "/cookies/choose/", answer("some", **fields), headers={**SAME_ORIGIN, **headers}
    )


@pytest.mark.parametrize("subset", SUBSETS, ids="+".join)
def test_header_and_tags_name_exactly_what_was_granted(client, full_offer, subset):
    allow(client, subset)
    response = client.get("/about/")
    services = [s for key in subset for s in GROUP_BY_KEY[key].services]
    wanted = {(d, o) for s in services for d, origins in s.origins.items() for o in origins}
    assert sources(response.headers["Content-Security-Policy"]) == wanted
    html = squeezed(response)
    tags = re.findall(r"<script\s+src[^>]*\sdata-ids[^>]*>", html)
    loaders = dict.fromkeys(s.loader for s in services if s.loader)
    first = ["consent/before-tags.js"] if loaders else []
    assert re.findall(r'src="/static/([^"]*)"', " ".join(tags)) == [*first, *loaders]
    for tag in tags:
        assert re.search(r'integrity="sha256-[A-Za-z0-9+/]{43}="', tag)
    assert ("/static/consent/back.js" in html) is bool(wanted)
    named = {i for tag in tags for i in re.findall(r'data-ids="([^"]*)"', tag)[0].split()}
    assert named == {full_offer.identifiers[s.key] for s in services if s.loader and s.identifier}
    policy = dict(
        part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";")
    )
    assert ("script-src" in policy) is bool(services)
    assert "'self'" in policy.get("script-src", "'self'")
    assert ("browsing-topics=()" in response.headers["Permissions-Policy"]) is bool(services)
    assert response.headers["Cache-Control"].startswith("private")


def test_consent_mode_allows_exactly_what_was_granted(client, full_offer):
    def granted(subset):
        allow(client, subset)
        return re.findall(r'google\.js"[^>]*\sdata-granted="([^"]*)"', page(client))

    def page(client):
        return squeezed(client.get("/about/"))

    ads = "ad_storage ad_user_data ad_personalization"  # of two services, each once
    assert granted(()) == []
    assert granted(("analytics",)) == ["analytics_storage"]
    assert granted(("marketing",)) == [ads]
    assert granted(("analytics", "marketing")) == [f"analytics_storage {ads}"]


@pytest.mark.parametrize("choice", [None, "reject"])
@pytest.mark.parametrize("path", ["/", "/privacy/", "/cookies/", "/about/", "/nowhere/"])
def test_before_and_without_consent_no_other_origin_is_named(client, full_offer, path, choice):
    if choice:
        client.post("/cookies/choose/", answer(choice), headers=SAME_ORIGIN)
    response = client.get(path)
    assert sources(response.headers["Content-Security-Policy"]) == set()
    assert "<script" not in squeezed(response).replace('<script type="application/ld+json"', "")
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert response.headers["Permissions-Policy"] == "camera=(),geolocation=(),microphone=()"
    assert "Link" not in response.headers
    for hint in ("preconnect", "dns-prefetch", "prefetch", "preload"):
        assert f'rel="{hint}"' not in squeezed(response)


def test_click_ids_are_kept_for_whom_they_were_granted_alone(client, full_offer):
    def kept(subset):
        allow(client, subset)
        html = squeezed(client.get("/about/"))
        return set(re.findall(r'before-tags\.js"[^>]*\sdata-granted="([^"]*)"', html)[0].split())

    google = {"gclid", "gbraid", "wbraid", "dclid", "gad_source", "gad_campaignid", "_gl"}
    assert kept(("analytics",)) == set()
    assert kept(("marketing",)) == google | {"li_fat_id"}


def test_a_choice_of_some_services_keeps_what_those_need(full_offer):
    services = full_offer.services_of(("marketing",))
    linkedin = [service for service in services if service.key == "linkedin-insight"]
    tags = tags_of(tuple(linkedin), decide("", gpc=False))
    assert [tag.loader for tag in tags] == ["consent/before-tags.js", "consent/linkedin-insight.js"]
    assert tags[0].parameters == "li_fat_id"


def test_what_is_allowed_fits_into_the_headers_that_proxies_take(client, full_offer):
    """Nginx takes 4,096 bytes of them from a site behind it, unless told otherwise."""
    allow(client, KEYS)
    headers = client.get("/about/").headers
    assert sum(len(name) + len(value) + 4 for name, value in headers.items()) < 3_700


def test_the_signal_takes_tags_away_that_were_granted_before_it(client, full_offer):
    allow(client, KEYS)
    signalled = client.get("/about/", headers={"sec-gpc": "1"})
    wanted = {
        ("frame-src", "https://www.youtube-nocookie.com"),
        ("frame-src", "https://www.google.com"),
        ("frame-src", "https://www.openstreetmap.org"),
    }
    assert sources(signalled.headers["Content-Security-Policy"]) == wanted
    assert "data-ids" not in signalled.content.decode()


def test_a_service_that_is_switched_off_is_gone_whatever_was_granted(client, full_offer):
    from privacy.consent.offer import current
    from privacy.consent.offer.building import build_offer

    allow(client, ("analytics",))
    assert "G-TEST0001" in squeezed(client.get("/about/"))
    current.use_offer(build_offer())
    response = client.get("/about/")
    assert "/static/consent/" not in squeezed(response)
    assert sources(response.headers["Content-Security-Policy"]) == set()


def test_a_strangers_page_stays_the_same_whatever_others_have_granted(full_offer):
    before = SiteClient().get("/about/")
    allow(SiteClient(), KEYS)
    after = SiteClient().get("/about/")
    assert after.content == before.content
    assert after.headers.items() == before.headers.items()
    assert after.headers["Cache-Control"] == "public,no-cache"


def test_the_base_policy_names_nobody():
    assert settings.SECURE_CSP == BASE_POLICY
    assert not any("://" in source for sources in BASE_POLICY.values() for source in sources)


def test_a_script_that_is_none_of_ours_is_a_mistake_of_the_template():
    with pytest.raises(TemplateSyntaxError, match=r"no static file consent/gone\.js"):
        Template('{% load consent_tags %}{% integrity "consent/gone.js" %}').render(Context())
