"""Videos, maps and posts: a placeholder with a way out, and loading one of them once."""

from typing import cast

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from privacy.consent.decision import decide, decision_of
from privacy.consent.enforcement import ConsentRequest, let_act, services_on
from privacy.consent.offer.current import current_offer
from sens_site.lib.http.third_parties import third_parties_welcome
from tests.client import SAME_ORIGIN
from tests.privacy.consent.conftest import COOKIE, squeezed

pytestmark = pytest.mark.django_db
VIDEO = '{% load consent_tags %}{% embed "youtube" "dQw4w9WgXcQ" "How a charger is tested" %}'
FRAME = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"


def closed(request):
    """A view that lets nobody in."""


@third_parties_welcome
def welcoming(request):
    """A view that lets in what is allowed."""


def rendered(offer, *, granted=(), gpc=False, source=VIDEO, view=welcoming):
    values = (f"{o.key}={o.version if o.key in granted else '-1'}" for o in offer.groups)
    request = RequestFactory().get("/about/", headers={"sec-gpc": "1"} if gpc else {})
    request.COOKIES[COOKIE] = "|".join(values)
    asked = cast("ConsentRequest", request)
    asked.consent = decision_of(request)
    let_act(asked, services_on(view, asked.consent))
    return " ".join(Template(source).render(Context({"request": request})).split())


def test_before_consent_there_is_a_way_out_and_nothing_is_loaded(full_offer):
    html = rendered(full_offer)
    assert "<iframe" not in html
    assert FRAME not in html
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"' in html
    assert "Load it once" in html
    assert 'name="next" value="/about/"' in html


def test_with_consent_the_thing_itself_is_shown(full_offer):
    html = rendered(full_offer, granted=("preferences",))
    assert f'<iframe src="{FRAME}" title="How a charger is tested"' in html
    assert "Load it once" not in html


def test_where_a_view_lets_nobody_in_it_is_still_only_offered(full_offer):
    html = rendered(full_offer, granted=("preferences",), view=closed)
    assert "<iframe" not in html
    assert "Load it once" in html


def test_a_map_says_where_it_is_in_both_addresses(full_offer):
    place = "bbox=-105.11,40.14,-105.10,40.15&layer=mapnik&marker=40.145,-105.105"
    source = f'{{% load consent_tags %}}{{% embed "openstreetmap" "{place}" "Our plant" %}}'
    escaped = place.replace("&", "&amp;")
    html = rendered(full_offer, granted=("preferences",), source=source)
    assert f'src="https://www.openstreetmap.org/export/embed.html?{escaped}"' in html
    html = rendered(full_offer, source=source)
    assert f'href="https://www.openstreetmap.org/?{escaped}"' in html


def test_a_service_that_is_off_is_not_offered(offer):
    html = rendered(offer, granted=("preferences",))
    assert "<iframe" not in html
    assert "Load it once" not in html
    assert "See it at YouTube videos" in html


@pytest.mark.parametrize(
    "source",
    [
        '{% load consent_tags %}{% embed "youtube" "\\" onload=x" "t" %}',
        '{% load consent_tags %}{% embed "youtube" "../../evil" "t" %}',
        '{% load consent_tags %}{% embed "linkedin-posts" "dQw4w9WgXcQ" "t" %}',
    ],
)
def test_a_reference_that_is_none_is_a_mistake_of_the_template(full_offer, source):
    with pytest.raises(TemplateSyntaxError):
        rendered(full_offer, source=source)


def shown_of(group):
    """What a placeholder's form says that it showed; nothing where the group is not offered."""
    offered = current_offer().by_key.get(group)
    return f"{group}={offered.version}" if offered else ""


def once(client, headers=SAME_ORIGIN, **fields):
    data = {
        "service": "youtube", "reference": "dQw4w9WgXcQ", "title": "A film", "next": "/about/",
        "shown": shown_of("preferences"),
    }  # fmt: skip
    return client.post("/cookies/load-once/", {**data, **fields}, headers=headers)


def test_loading_once_shows_that_one_thing_and_keeps_nothing(client, full_offer):
    response = once(client)
    assert response.status_code == 200
    assert response.cookies == {}
    assert response.headers["Cache-Control"] == "private, no-store"
    html = squeezed(response)
    assert f'<iframe src="{FRAME}" title="A film"' in html
    assert '<a href="/about/">' in html
    policy = response.headers["Content-Security-Policy"]
    assert [part for part in policy.split(";") if "https://" in part] == [
        "frame-src https://www.youtube-nocookie.com"
    ]
    assert decide("", gpc=False).granted == frozenset()
    assert "https://" not in client.get("/about/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "fields",
    [
        {"service": "google-analytics"},
        {"service": "nothing"},
        {"service": ""},
        {"reference": "https://evil.example"},
        {"reference": ""},
        {"reference": "dQw4w9WgXcQ?autoplay"},
    ],
)
def test_what_cannot_be_shown_is_a_clear_page(client, full_offer, fields):
    response = once(client, **fields)
    assert response.status_code == 400
    assert "<iframe" not in squeezed(response)


def test_a_service_that_is_off_cannot_be_loaded_even_once(client, offer):
    assert once(client).status_code == 400


def test_the_way_back_stays_on_this_site_and_titles_are_only_text(client, full_offer):
    html = squeezed(once(client, next="//evil.example/", title="<b>x</b>"))
    assert "evil.example" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_another_site_cannot_make_a_visitor_load_it(strict_client, full_offer):
    headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert once(strict_client, headers=headers).status_code == 403


def test_the_signal_keeps_covered_things_from_being_shown(full_offer):
    post = '{% load consent_tags %}{% embed "linkedin-posts" "urn:li:share:1234567890" "A post" %}'
    assert "<iframe" in rendered(full_offer, granted=("social",), source=post)
    assert "<iframe" not in rendered(full_offer, granted=("social",), source=post, gpc=True)
