"""What an answer says before its body: at most 700 bytes by HTTP/1.1, and 45 more over https."""

from itertools import product

import pytest
from django.conf import settings

from bench.weight import head_bytes
from pages.navigation import walk
from privacy.consent.offer.current import current_offer, refresh_offer
from tests.architecture import wsgi
from tests.client import SAME_ORIGIN, SiteClient

pytestmark = [pytest.mark.django_db, pytest.mark.once]

BY_THE_SERVER = {"server": "granian", "date": "Thu, 26 Nov 2026 20:43:12 GMT"}
HSTS = "Strict-Transport-Security"
PATHS = (
    *(node.path for node in walk()),
    *("/privacy/v/1/", "/privacy/record/", "/accounts/login/", "/accounts/register/", "/nowhere/"),
)


def accepted() -> str:
    """Return the cookie of somebody who allows all that the site asks for."""
    refresh_offer()  # as the application will find it: the words of the policy belong to it
    client = SiteClient()
    said = {"choice": "accept", "next": "/", "shown": current_offer().shown}
    client.post("/cookies/choose/", said, headers=SAME_ORIGIN)
    name = settings.COOKIE_CONSENT_NAME
    return f"{name}={client.cookies[name].coded_value}"


def asked_again() -> str:
    """Return the cookie of somebody who answered when the question was another one."""
    return f'{settings.COOKIE_CONSENT_NAME}="analytics=0f0f0f0f"'


WHO = {
    "first visit": dict,
    "signal": lambda: {"sec_gpc": "1"},
    "accepted": lambda: {"cookie": accepted()},
    "asked again": lambda: {"cookie": asked_again()},
}


@pytest.mark.parametrize("state", WHO)
def test_no_answer_says_more_than_700_bytes_before_its_body(state):
    more = WHO[state]()
    application = wsgi.fresh_application()
    heads, framed = {}, set()
    for path, coding in product(PATHS, ("br", "gzip", "identity")):
        answer = wsgi.get(application, path, accept_encoding=coding, **more)
        said = {**answer.headers, **BY_THE_SERVER}
        insists = {HSTS: said.pop(HSTS)}
        status = int(answer.status.split()[0])
        assert head_bytes(status, insists) - head_bytes(status, {}) == 45
        heads[path, coding] = head_bytes(status, said)
        if "frame-src 'self'" in said["Content-Security-Policy"]:
            framed.add(path)
    assert {what: size for what, size in heads.items() if size > 700} == {}
    assert ("/privacy/" in framed) == (state in ("first visit", "asked again"))
    assert heads["/privacy/", "br"] > 600  # all that is said was counted
