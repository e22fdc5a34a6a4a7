"""What staff are told of after a run, and how often."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.promises import registry
from privacy.promises.models import PromiseResult
from privacy.promises.registry import Evidence, Look, NotCarriedOut, PromiseBroken
from privacy.promises.services import run_checks, store_outcomes
from tests.factories.promises import looks

pytestmark = pytest.mark.django_db
CLAIM = "policy.last-updated"
EVENING = datetime(2026, 3, 2, 22, tzinfo=timezone.get_default_timezone())
DAY = timedelta(days=1)


def kept(site):
    return Evidence("it is so")


def broken(site):
    raise PromiseBroken("it is not so")


def broken_too(site):
    raise PromiseBroken("nor is it stored so")


def blind(site):
    raise NotCarriedOut("no network")


def look(says):
    """A check of one name, whatever it comes to."""

    def look(site):
        return says(site)

    return looks(look)


def rows(says):
    def rows(site):
        return says(site)

    return looks(rows, look=Look.ROWS)


@pytest.fixture
def told(monkeypatch):
    """Run these checks at a moment; return the mails that the run has written."""
    mine: dict = {}
    monkeypatch.setattr(registry, "_checks", mine)
    monkeypatch.setattr("privacy.promises.services.discover", lambda: None)

    def run(checks: dict, at: datetime, claim: str = CLAIM) -> list[str]:
        mine[claim] = checks
        before = set(OutboxMail.objects.values_list("pk", flat=True))
        store_outcomes(run_checks(), at=at)
        return [
            message_from_bytes(bytes(mail.message), policy=policy.default)["Subject"]
            for mail in OutboxMail.objects.exclude(pk__in=before).order_by("pk")
        ]

    return run


RED = "1 promise(s) of the privacy policy turned red"
MENDED = "1 promise(s) of the privacy policy are kept again"
BLIND = "Checks of 1 promise(s) could not look for three days"


def test_a_break_and_its_mending_are_each_told_once(told):
    mails = [
        told(look(check), EVENING + number * DAY)
        for number, check in enumerate((kept, broken, broken, kept, kept))
    ]
    assert mails == [[], [RED], [], [MENDED], []]


def test_a_promise_is_mended_when_no_check_finds_it_broken_any_more(told):
    assert told(look(broken) | rows(broken_too), EVENING) == [RED]
    assert told(look(kept) | rows(broken_too), EVENING + DAY) == []
    assert told(look(kept) | rows(kept), EVENING + 2 * DAY) == [MENDED]
    assert told(look(broken) | rows(broken_too), EVENING + 3 * DAY) == [RED]
    assert told(look(kept) | rows(kept), EVENING + 4 * DAY) == [MENDED]


def test_who_cannot_look_has_mended_nothing_and_says_nothing_new(told):
    mails = [
        told(look(check), EVENING + number * DAY)
        for number, check in enumerate((broken, blind, broken, blind, kept))
    ]
    assert mails == [[RED], [], [], [], [MENDED]]


def test_a_check_that_cannot_look_is_told_of_on_its_third_day_in_a_row_once(told):
    mails = [told(look(blind), EVENING + number * DAY) for number in range(5)]
    assert mails == [[], [], [BLIND], [], []]


def test_the_third_day_is_one_of_the_calendar(told):
    mails = [told(look(blind), EVENING + timedelta(hours=hours)) for hours in (0, 1, 3, 25, 27)]
    assert mails == [[], [], [], [], [BLIND]]


def test_a_look_between_begins_the_days_anew(told):
    checks = (blind, blind, kept, blind, blind, blind)
    mails = [told(look(one), EVENING + number * DAY) for number, one in enumerate(checks)]
    assert mails == [[], [], [], [], [], [BLIND]]
    assert PromiseResult.objects.get(claim_id=CLAIM).blind_since == EVENING + 3 * DAY


def test_the_mail_names_owner_sentence_and_what_was_found(told):
    told(look(broken) | rows(broken_too), EVENING)
    told(look(broken), EVENING, "gone.claim")
    body, other = (
        message_from_bytes(bytes(mail.message), policy=policy.default)
        .get_content()
        .replace("\r\n", "\n")
        for mail in OutboxMail.objects.order_by("-pk")[:2][::-1]
    )
    assert body.startswith(
        "policy.last-updated (owner: Privacy officer)\n"
        "  The policy says: The policy shows the date of its last update.\n"
        "  The check found: it is not so\n"
        "  The check found: nor is it stored so\n"
    )
    assert "gone.claim (owner: unknown)\n  The policy says: unknown\n" in other
