"""The look from outside: the very file that strangers run, every night against our own address."""

import json
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from outbox.jobs import periodic
from privacy.promises.claims import all_claims
from privacy.promises.models import PromiseResult, State
from privacy.promises.outside.mail_facts import mail_facts
from privacy.promises.registry import Look
from privacy.promises.services import store_outside

SCRIPT = Path(__file__).with_name("verify.py")
STATES = {"kept": State.KEPT, "broken": State.BROKEN, "not looked": State.NOT_CARRIED_OUT}
NOBODY = "Nobody answered at the address of the site."
BAD_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"
OF_TRANSPORT = "security.technical"
LOOKED_VERSION = "looked-from-outside-version"
NOTED_SECONDS = 30 * 24 * 60 * 60
"""A note of the server ends within 30 days (retention.access-logs); each night's look renews it."""
NIGHT_HOUR = 1
TRIES, PAUSE_SECONDS = 6, 5
"""A site that has just been started takes a while to answer."""
AGAIN_SECONDS = 3600
"""After how long to look again when nobody answered."""

Found = dict[str, tuple[State, str]]


def look_from_outside() -> Found:
    """Run the script and say what it found, as readers of the board read it."""
    from privacy.promises.outside import verify  # noqa: PLC0415 - large, and used once a night

    printed = StringIO()
    with redirect_stdout(printed):
        verify.main([settings.SITE_ORIGIN, "--json", "--state", settings.OUTSIDE_STATE])
    claims = all_claims()
    found = {
        claim_id: (STATES[state], f"{words[:1].upper()}{words[1:]}.")
        for claim_id, (state, words) in json.loads(printed.getvalue()).items()
        if claim_id in claims and claims[claim_id].kind != "O"
    }
    if not answered(found):
        bad = any(BAD_CERTIFICATE in words for _, words in found.values())
        found = dict.fromkeys(found, (State.NOT_CARRIED_OUT, NOBODY))
        if bad:
            found[OF_TRANSPORT] = State.BROKEN, "The certificate of the site does not hold."
    return found


def answered(found: Found) -> bool:
    """Tell whether there was anything to look at."""
    return any(state is not State.NOT_CARRIED_OUT for state, _ in found.values())


def with_mail(found: Found) -> Found:
    """Add to the measures of transport what strangers learn about our mail, if it is a fault."""
    faults = [fact.words for fact in mail_facts() if fact.state is State.BROKEN]
    if not faults:
        return found
    state, words = found[OF_TRANSPORT]
    told = [words] if state is State.BROKEN else []
    return found | {OF_TRANSPORT: (State.BROKEN, " ".join([*told, *faults]))}


def is_due() -> bool:
    """Tell whether to look now: new code, no look yet, none today, or nobody answered."""
    results = PromiseResult.objects.filter(look=Look.OUTSIDE)
    last = results.order_by("-checked_at").values_list("checked_at", flat=True).first()
    if last is None or cache.get(LOOKED_VERSION) != settings.VERSION:
        return True
    now = timezone.localtime()
    if not results.exclude(state=State.NOT_CARRIED_OUT).exists():
        return (now - last).total_seconds() >= AGAIN_SECONDS
    return timezone.localdate(last) < now.date() and now.hour >= NIGHT_HOUR


@periodic("look from outside", every_seconds=600, apart=True, when=is_due, niceness=10)
def look() -> object:
    """Look, and store what was found."""
    for _ in range(TRIES):
        found = look_from_outside()
        if answered(found):
            break
        time.sleep(PAUSE_SECONDS)
    found = with_mail(found)
    store_outside(found, at=timezone.now())
    cache.set(LOOKED_VERSION, settings.VERSION, timeout=NOTED_SECONDS)
    return len(found)
