"""Error pages: the site's own look, no database, and in debug mode as in production."""

import pytest
from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.test import Client, RequestFactory
from django.urls import path

from sens_site import errors, urls
from sens_site.errors import TEXTS, error_page, server_error
from sens_site.lib.cache.fragment_cache import forget_fragments
from tests.client import SAME_ORIGIN
from tests.pages.reading import read

# No mark for the database: pytest-django refuses every query of these tests.


@pytest.fixture
def view(settings, monkeypatch):
    """Put a view at /faulty/ that does what the test says."""

    def put(act):
        def faulty(request):
            return act(request)

        monkeypatch.setattr(
            urls, "urlpatterns", [path("faulty/", faulty), *urls.urlpatterns], raising=True
        )
        settings.ROOT_URLCONF = "sens_site.urls"
        from django.urls import clear_url_caches

        clear_url_caches()
        return faulty

    yield put
    from django.urls import clear_url_caches

    clear_url_caches()


def raising(exception: BaseException):
    def act(request: HttpRequest) -> HttpResponse:
        raise exception

    return act


@pytest.mark.parametrize("status", TEXTS)
def test_each_page_says_what_happened_and_what_to_do(status):
    request = RequestFactory().get("/somewhere/")
    page = read(error_page(request, status))
    title, happened, advice = TEXTS[status]
    assert page.status == status
    assert page.title == f"{title} - {settings.COMPANY.short_name}"
    assert page.texts("h1") == [title]
    assert page.texts("p", inside="main")[:2] == [happened, advice]
    assert page.attributes("link", rel="canonical") == []
    assert page.find("form", inside="section.cookie-banner") == []


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("exception", "status"),
    [
        (Http404(), 404),
        (PermissionDenied(), 403),
        (BadRequest(), 400),
        (SuspiciousOperation(), 400),
        (RequestDataTooBig(), 413),
        (TooManyFieldsSent(), 413),
        (OperationalError("locked"), 503),
        (InterfaceError("gone"), 503),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_exceptions_of_views_become_pages(
    client: Client, view, settings, debug, exception, status, caplog
):
    settings.DEBUG = debug
    view(raising(exception))
    response = client.get("/faulty/")
    assert response.status_code == status
    assert read(response).texts("h1") == [TEXTS[status][0]]
    assert response.headers.get("Retry-After") == ("30" if status == 503 else None)
    assert response["Cache-Control"] == "private, no-store"


def test_a_mistake_of_ours_is_a_500_that_tells_nothing(client: Client, view, caplog):
    client.raise_request_exception = False
    view(raising(ValueError("secret detail")))
    response = client.get("/faulty/")
    assert response.status_code == 500
    assert read(response).texts("h1") == [TEXTS[500][0]]
    assert b"secret detail" not in response.content


def test_a_database_that_fails_outside_of_a_view_is_a_503():
    request = RequestFactory().get("/")
    try:
        raising(OperationalError("unable to open database file"))(request)
    except OperationalError:
        response = server_error(request)
    assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_the_last_page_comes_even_if_no_template_can_be_drawn(monkeypatch, caplog):
    def broken(*args: object) -> str:
        raise OSError("disk")

    monkeypatch.setattr(errors, "render_to_string", broken)
    response = error_page(RequestFactory().get("/"), 500)
    assert response.status_code == 500
    assert read(response).texts("h1") == [TEXTS[500][0]]


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete"])
@pytest.mark.parametrize(
    "path", ["/no-such-page/", "/no-such-page", "/products/x/y/", "/products//"]
)
def test_addresses_that_do_not_exist(client: Client, path, method):
    response = getattr(client, method)(path)
    assert response.status_code == 404
    assert list(response.cookies) == []
    if method != "head":
        assert read(response).texts("h1") == ["Page not found"]


def test_a_missing_slash_is_added_for_pages_that_exist(client: Client):
    response = client.get("/products?x=1")
    assert (response.status_code, response["Location"]) == (301, "/products/?x=1")
    assert client.post("/products").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_405_has_our_page_and_says_what_is_allowed(client: Client, method):
    response = getattr(client, method)("/products/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert read(response).texts("h1") == [TEXTS[405][0]]


def test_bare_refusals_are_dressed_and_keep_their_headers(client: Client, view):
    def act(request: HttpRequest) -> HttpResponse:
        response = HttpResponseForbidden("no")
        response.headers["X-Reason"] = "kept"
        response.set_cookie("kept", "1")
        return response

    view(act)
    response = client.get("/faulty/")
    assert (response.status_code, response["X-Reason"]) == (403, "kept")
    assert response.cookies["kept"].value == "1"
    assert read(response).texts("h1") == [TEXTS[403][0]]


def test_answers_for_programs_are_left_alone(client: Client, view):
    view(lambda request: JsonResponse({"error": "no"}, status=403))
    response = client.get("/faulty/")
    assert (response.status_code, response.json()) == (403, {"error": "no"})


def test_a_post_from_another_site_is_told_so(strict_client: Client):
    response = strict_client.post("/nowhere/", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert errors.OTHER_SITE in read(response).texts("p", inside="main")
    assert strict_client.post("/nowhere/", headers=SAME_ORIGIN).status_code == 404


def test_an_unknown_host_gets_no_page_of_ours_but_a_400(client: Client):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert b"evil.example" not in response.content


def test_whoever_has_a_session_is_offered_the_account_without_a_query(client: Client, settings):
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    page = read(client.get("/no-such-page/"))
    links = page.attributes("a", inside="header ul.account")
    assert [link["href"] for link in links] == [
        "/search/",
        "/accounts/logout/",
        "/accounts/",
    ]


def test_who_is_stopped_before_a_view_gets_a_page_too(client: Client, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.Doorkeeper"]
    response = client.get("/")
    assert response.status_code == 403
    assert read(response).texts("h1") == [TEXTS[403][0]]


class Doorkeeper:
    """A middleware that lets nobody in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        raise PermissionDenied


def test_the_desk_draws_a_refusal_once_and_without_the_request(settings, monkeypatch):
    drawn = []

    def draw(template, context):
        drawn.append(context["request"])
        return f"{context['title']} {len(drawn)}"

    forget_fragments()
    monkeypatch.setattr(errors, "render_to_string", draw)
    somebody = {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}=a"}

    def text(path, status=403, **headers):
        return error_page(RequestFactory().get(path, **headers), status).content.decode()

    first = text("/admin/auth/group/", **somebody)
    assert text("/admin/accounts/user/", **somebody) == first
    assert drawn == [None]
    assert text("/admin/auth/group/", 404, **somebody) != first
    assert text("/accounts/", **somebody) != text("/accounts/", **somebody)
    settings.DEBUG = True
    assert text("/admin/auth/group/", **somebody) != text("/admin/auth/group/", **somebody)
    forget_fragments()
