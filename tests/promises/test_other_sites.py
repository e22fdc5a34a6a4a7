"""What the checks say of sites that differ from the one of the suite, without being broken."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from pages.promises import the_same_page_for_everybody
from privacy.consent.models import ConsentReceipt
from privacy.consent.offer.current import current_offer
from privacy.datamap.promises.export_and_erasure import the_ledger_knows_of_every_erasure
from privacy.policy.models import Kind
from privacy.policy.promises import record
from privacy.policy.services import create_draft, seal_and_publish, withdraw_version
from privacy.promises.registry import NotCarriedOut, discover, registered_checks
from privacy.promises.running_site import RunningSite
from privacy.promises.services import run_checks
from sens_site.promises import policy_changes
from tests.client import SAME_ORIGIN
from tests.promises.breaks_of_vendors import entered
from tests.promises.conftest import FEW_ROUTES, ONE_OF_EACH

pytestmark = pytest.mark.django_db


@pytest.fixture
def look():
    """Run the checks of a claim on a small site; return whether it is kept, and their words."""
    discover()

    def run(claim: str) -> tuple[bool, str]:
        site = RunningSite(ONE_OF_EACH, len(ONE_OF_EACH) + 1, FEW_ROUTES)
        outcomes = run_checks([claim], site=site)
        kept = all(outcome.kept for outcome in outcomes)
        return kept, " ".join(outcome.evidence.words for outcome in outcomes)

    return run


@pytest.mark.once
@pytest.mark.parametrize(
    ("host", "kept", "words"),
    [
        ("127.0.0.1", True, "On this machine alone: headers"),
        ("www.company.test", False, "the site can be reached by others and does not encrypt"),
    ],
)
def test_encryption_is_asked_of_a_site_that_others_can_reach(settings, look, host, kept, words):
    settings.SITE_IS_HTTPS, settings.SITE_HOST = False, host
    found, said = look("security.technical")
    assert (found, words in said) == (kept, True)


@pytest.mark.once
def test_before_very_many_people_the_announcement_is_looked_at_and_not_rehearsed(
    look, monkeypatch, person
):
    monkeypatch.setattr(policy_changes, "MOST_REHEARSED", 0)
    kept, words = look("use.policy-changes")
    every = "Every version that was posted has been announced; "
    assert (kept, words.startswith(every)) == (True, True)


@pytest.mark.once
@pytest.mark.parametrize(
    "claim",
    [
        *("changes.posted-here", "changes.date-at-top", "changes.check-back"),
        *("changes.earlier-versions", "changes.thirty-days-first"),
    ],
)
def test_while_a_version_waits_for_its_day_none_is_rehearsed_before_it(look, policy, claim):
    record.sealed(
        f"{policy.source_text}\nIt comes.\n",
        kind=Kind.MINOR,
        effective_on=timezone.localdate() + timedelta(days=9),
    )
    assert look(claim)[0] is True


@pytest.mark.once
@pytest.mark.parametrize("claim", ["changes.earlier-versions", "changes.check-back"])
def test_a_version_that_was_withdrawn_before_its_posting_leaves_a_gap(look, policy, claim):
    draft = create_draft(
        policy.policy,
        by=None,
        source_text=f"{policy.source_text}\nTaken back.\n",
        kind=Kind.MINOR,
        reason="A test of the record.",
        summary="A test.",
        post_on=timezone.localdate() + timedelta(days=1),
        effective_on=timezone.localdate() + timedelta(days=1),
    )
    withdrawn = seal_and_publish(draft, by=None, override_reason="A test of the record.")
    withdraw_version(withdrawn, by=None, reason="A test of the record.")
    text = f"{policy.source_text}\nIt comes.\n"
    coming = record.sealed(
        text, kind=Kind.MINOR, effective_on=timezone.localdate() + timedelta(days=9)
    )
    assert (coming.number - policy.number, look(claim)[0]) == (2, True)


@pytest.mark.once
def test_locks_are_tried_on_a_receipt_that_a_visitor_has_left(look, client):
    yes = {"choice": "accept", "shown": current_offer().shown}
    client.post("/cookies/choose/", yes, headers=SAME_ORIGIN)
    assert (ConsentReceipt.objects.count(), look("security.against-change")[0]) == (1, True)


@pytest.mark.once
def test_a_page_that_was_changed_during_the_look_differs_between_no_two_who_come_later(person):
    site = RunningSite(ONE_OF_EACH, len(ONE_OF_EACH) + 1, FEW_ROUTES)
    older = [replace(answer, text=f"{answer.text} before") for answer in site.pages]
    vars(site)["pages"] = tuple(older)
    assert the_same_page_for_everybody(site).figures != {"pages compared": 0}


@pytest.mark.once
@pytest.mark.parametrize("claim", ["sharing.service-providers", "vendors.agreements"])
def test_a_firm_on_record_with_all_that_it_needs_keeps_the_promises_about_firms(look, hand, claim):
    entered(hand)
    assert look(claim)[0] is True


def test_a_ledger_that_cannot_be_read_is_neither_known_to_be_whole_nor_not(settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path
    with pytest.raises(NotCarriedOut, match="could not be read"):
        the_ledger_knows_of_every_erasure(RunningSite())


def answering(text: str) -> Any:
    return SimpleNamespace(get=lambda path: SimpleNamespace(text=text))


def test_a_sitemap_that_lacks_the_policy_tells_no_date():
    page = "<url><loc>https://testserver/about/</loc><lastmod>2026-01-01</lastmod></url>"
    assert record._day_in_sitemap(answering(f"<urlset>{page}</urlset>")) == "nothing"


@pytest.mark.parametrize(
    ("entries", "day"),
    [
        ((), "nothing"),
        (("/privacy/v/1/", "/privacy/v/2/"), "nothing"),
        (("/privacy/v/1/", "/privacy/v/2/", "/privacy/v/3/"), "2026-10-23"),
    ],
)
def test_a_feed_tells_the_date_of_the_version_in_force_alone(policy, entries, day):
    atom = "".join(
        f'<entry><link href="https://testserver{path}"/>'
        f"<updated>2026-10-2{number}T12:00:00-06:00</updated></entry>"
        for number, path in enumerate(entries, 1)
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{atom}</feed>'
    assert record._day_in_feed(answering(feed)) == day


@pytest.mark.once
def test_where_nginx_sends_the_files_they_are_given_out_all_the_same(settings, broken):
    settings.SENDFILE = "nginx"
    downloads = {one for one in registered_checks() if one.startswith("downloads.")}
    assert "downloads.recorded" in downloads
    assert broken(downloads) == set()


@pytest.mark.once
def test_where_nginx_is_told_to_send_another_file_no_download_is_kept(
    settings, broken, monkeypatch
):
    settings.SENDFILE = "nginx"
    monkeypatch.setattr("downloads.delivery.SENT_BY_NGINX", "/elsewhere/")
    assert "downloads.recorded" in broken({"downloads.recorded"})


@pytest.mark.once
def test_what_a_browser_may_fetch_ahead_weakens_nothing_where_that_is_switched_on(settings, broken):
    settings.SPECULATION_RULES = True
    assert broken({"security.technical"}) == set()
