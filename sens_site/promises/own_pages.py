"""A promise about the doors of one's own pages: to strangers, to a session left open, to a link."""

import secrets

from django.contrib.auth import get_user_model
from django.urls import get_resolver

from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.access import OWN_PAGES, SHUT, paths_of

LOG_IN, ASK_ANEW = "/accounts/login/", "/accounts/reauthenticate/"
OF_MEMBERS = (
    "/accounts/2fa/", "/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/file/",
    "/accounts/data/", "/accounts/passkey/", "/accounts/password/change/", "/accounts/profile/",
    "/accounts/sessions/", "/accounts/", "/contact/messages/", "/newsletter/yours/",
)  # fmt: skip
OPEN_TO_STRANGERS = frozenset({
    "/accounts/confirm-email/", "/accounts/deleted/", "/accounts/inactive/", "/accounts/login/",
    "/accounts/passkey/login/", "/accounts/password/reset/", "/accounts/password/reset/done/",
    "/accounts/register/",
})  # fmt: skip
"""What somebody needs who has no account, or is not logged in. Every other page of accounts is shut."""
ASKING_ANEW = (
    "/accounts/2fa/app/off/", "/accounts/2fa/app/on/", "/accounts/2fa/recovery-codes/new/",
    "/accounts/data/ask/", "/accounts/data/copy/", "/accounts/delete/", "/accounts/email/",
    "/accounts/passkey/add/", "/accounts/passkey/1/remove/",
)  # fmt: skip
"""What ends, copies or takes over an account: a session that was left open is not enough."""
ACTING = (
    "/accounts/sessions/end-others/", "/accounts/sessions/end/", "/privacy/acknowledge/",
)  # fmt: skip
OF_ANYBODY = (
    "/cookies/choose/", "/cookies/load-once/", "/downloads/1/1/fetch/", "/downloads/1/stop/",
    "/downloads/1/watch/", "/downloads/selection/", "/visits/",
)  # fmt: skip
"""These act when a button is pressed, and never because a link was opened."""


@promise("security.against-misuse", look=Look.REHEARSAL)
def ones_own_pages_open_to_oneself(site: RunningSite) -> Evidence:
    """Strangers are led to the log-in, and an old session to a proof; a mere link does nothing."""
    stranger = site.visitor()
    for method, paths in (("GET", (*OF_MEMBERS, *ASKING_ANEW)), ("POST", (*ASKING_ANEW, *ACTING))):
        for path in paths:
            answer = stranger.ask(method, path, {})
            led = answer.status in (302, 303) and LOG_IN in answer.header("Location")
            require(led, f"{method} {path} answers {answer.status} to a stranger")
    for path in paths_of(get_resolver().url_patterns):
        if path.startswith(OWN_PAGES) and path not in OPEN_TO_STRANGERS:
            answer = stranger.get(path)
            require(answer.status in SHUT, f"{path} answers {answer.status} to a stranger")
    with site.rehearsal():
        member = site.visitor()
        name = f"check{secrets.token_hex(6)}"
        member.sign_in(
            get_user_model().objects.create(
                username=name, email=f"{name}@example.com", password=f"argon2${name}"
            )
        )
        for path in OF_MEMBERS[3:]:
            answer = member.get(path)
            require(answer.status == 200, f"{path} answers {answer.status} to its owner")
        for path in ASKING_ANEW:
            for method in ("GET", "POST"):
                answer = member.ask(method, path, {})
                led = answer.status in (302, 303) and ASK_ANEW in answer.header("Location")
                require(led, f"{method} {path} answers {answer.status} to a session left open")
        for path in (*ACTING, *OF_ANYBODY):
            answer = member.get(path)
            require(answer.status == 405, f"a link to {path} answers {answer.status}")
    return Evidence(
        "Played through for this check: strangers were led to the log-in, a session that had been "
        "left open to a proof, and a link alone set nothing off.",
        {"pages": len(OF_MEMBERS) + len(ASKING_ANEW), "buttons": len(ACTING) + len(OF_ANYBODY)},
    )
