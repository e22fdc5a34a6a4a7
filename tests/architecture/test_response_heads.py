"""What an answer says before its body: at most 700 bytes by HTTP/1.1, and 45 more over https."""

import pytest
from django.conf import settings

from bench.weight import head_bytes
from pages.navigation import walk
from privacy.consent.offer.current import current_offer
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
    client = SiteClient()
    said = {"choice": "accept", "next": "/", "shown": current_offer().shown}
    client.post("/cookies/choose/", said, headers=SAME_ORIGIN)
    name = settings.COOKIE_CONSENT_NAME
    return f"{name}={client.cookies[name].coded_value}"


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
@pytest.mark.parametrize("state", ["first visit", "signal", "accepted"])
def test_no_answer_says_more_than_700_bytes_before_its_body(state, coding):
    signal = {"sec_gpc": "1"} if state == "signal" else {}
    more = {"cookie": accepted()} if state == "accepted" else signal
    application = wsgi.fresh_application()
    heads = {}
    for path in PATHS:
        answer = wsgi.get(application, path, accept_encoding=coding, **more)
        said = {**answer.headers, **BY_THE_SERVER}
        insists = {HSTS: said.pop(HSTS)}
        status = int(answer.status.split()[0])
        assert head_bytes(status, insists) - head_bytes(status, {}) == 45
        heads[path] = head_bytes(status, said)
    assert {path: size for path, size in heads.items() if size > 700} == {}
    assert heads["/privacy/"] > 600  # all that is said was counted
