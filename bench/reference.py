"""T: the yardstick. A bare Django template view with the seven middleware of `startproject`.

It renders a page of the policy page's length: a loop over the navigation and the text as one
string. No database, no session, no form. Run by the same server, with the same worker count.
"""

import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path

TEMPLATE = """<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body><nav><ul>
{% for link in links %}<li><a href="{{ link.path }}">{{ link.label }}</a></li>{% endfor %}
</ul></nav><main><h1>{{ title }}</h1>{{ text|safe }}</main></body></html>"""
LINKS = [{"path": f"/section/page-{n}/", "label": f"Page {n} & more"} for n in range(42)]
LENGTH = int(os.environ.get("REFERENCE_BYTES", "24000"))
TEXT = "<p>" + "A sentence of the same length as any other in this text. " * (LENGTH // 58) + "</p>"

settings.configure(
    DEBUG=False,
    SECRET_KEY="a yardstick keeps no secrets" * 2,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"page.html": TEMPLATE})],
                    )
                ]
            },
        }
    ],
)


def page(request: HttpRequest) -> HttpResponse:
    """Render the page."""
    context = {"title": "Reference", "links": LINKS, "text": TEXT}
    return HttpResponse(render_to_string("page.html", context, request))


def nothing(environ: Any, start_response: Any) -> list[bytes]:
    """Answer with as many bytes and headers as a kept page, and do nothing else: the server alone."""
    start_response("200 OK", NOTHING_HEADERS)
    return [NOTHING]


NOTHING = b"x" * int(os.environ.get("NOTHING_BYTES", "8000"))
NOTHING_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Length", str(len(NOTHING))),
    *((f"X-Header-{n}", "a value of forty-five letters and of no meaning") for n in range(12)),
]
urlpatterns = [path("", page)]
application = get_wsgi_application()
__all__ = ["application", "nothing"]
