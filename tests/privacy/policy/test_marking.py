"""The marking page, and the claims that are made on it."""

import datetime as dt
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from privacy.policy import mark_widgets, marking_admin
from privacy.policy.marking import mark_sentences, save_claim
from privacy.policy.models import PolicyClaim, PolicyDraft
from privacy.policy.obstacles import Obstacle
from privacy.policy.own_claims import claim_forms, numbers_in, published_claims
from privacy.policy.people import pseudonym
from privacy.policy.sentences import sentences_of
from privacy.policy.services import (
    SealingRefused,
    seal_and_publish,
    update_draft,
    withdraw_version,
)
from tests.client import SiteClient
from tests.factories.people import make_staff
from tests.privacy.policy.pages import flat
from tests.privacy.policy.test_admin import client_of

DAY = dt.timedelta(days=1)
CAN_MARK = ("view_policydraft", "change_policydraft")
TEXT = "We keep it.\n\n## Rights\n\nAsk us. We answer."


def mark_page(draft: PolicyDraft) -> str:
    return reverse("admin:policy_policydraft_mark", args=[draft.pk])


def key_of(draft: PolicyDraft, words: str) -> str:
    return next(one.key for one in sentences_of(draft.source_text) if one.words == words)


def field(draft: PolicyDraft, words: str) -> str:
    return f"mark-{key_of(draft, words)}"


def text_of(draft: PolicyDraft) -> str:
    return PolicyDraft.objects.get(pk=draft.pk).source_text


def make_claim(**values: object) -> PolicyClaim:
    given = {
        "kind": "O",
        "claim": "We answer.",
        "practice": "We read all letters.",
        "owner": "Company counsel",
        "review_on": dt.date(2027, 5, 4),
        **values,
    }
    return save_claim(PolicyClaim(**given))


@pytest.fixture(autouse=True)
def _quick(no_site_checks: None) -> None:
    """Leave out what asks the whole site."""


def test_each_sentence_is_marked_from_the_list(make_draft):
    draft, client = make_draft(by=make_staff("ann"), source_text=TEXT), client_of(*CAN_MARK)
    shown = client.get(mark_page(draft))
    page = flat(shown.content.decode())
    assert (shown.context["total"], shown.context["unmarked"]) == (3, 3)
    assert flat('<option value="policy.last-updated">') in page
    marks = {field(draft, "We keep it."): "policy.last-updated", field(draft, "Ask us."): "PLAIN"}
    answer = client.fill_in(mark_page(draft), marks)
    assert (answer.status_code, answer.url) == (303, mark_page(draft))
    assert text_of(draft) == (
        "We keep it.{promise:policy.last-updated}\n\n## Rights\n\nAsk us.{promise:plain} We answer.\n"
    )
    assert [one.get_change_message() for one in LogEntry.objects.all()] == ["Marked sentences."]
    page = flat(client.get(mark_page(draft), {"show": "unmarked"}).content.decode())
    assert flat("We answer. <strong>[not marked]</strong>") in page
    assert "We keep it." not in page
    found = flat(client.get(mark_page(draft), {"q": "keep"}).content.decode())
    assert "1 · The policy shows the date of its last update." in found
    assert "Ask us." not in found


def test_a_claim_may_be_chosen_by_its_number_and_a_mark_taken_away(make_draft):
    draft, client = make_draft(source_text=TEXT), client_of(*CAN_MARK)
    client.fill_in(mark_page(draft), {field(draft, "We keep it."): "1"})
    assert text_of(draft).startswith("We keep it.{promise:policy.last-updated}\n")
    client.fill_in(mark_page(draft), {field(draft, "We keep it."): ""})
    assert text_of(draft).startswith("We keep it.\n")


def test_who_marks_is_an_author_and_who_saves_the_same_marks_is_none(make_draft):
    draft, client = make_draft(by=make_staff("ann"), source_text=TEXT), client_of(*CAN_MARK)
    same = client.fill_in(mark_page(draft), {field(draft, "We keep it."): ""}, follow=True)
    assert "Nothing has changed." in same.content.decode()
    assert (len(PolicyDraft.objects.get().authors), LogEntry.objects.count()) == (1, 0)
    client.fill_in(mark_page(draft), {field(draft, "We keep it."): "plain"})
    assert len(PolicyDraft.objects.get().authors) == 2


def test_a_name_that_no_claim_has_is_said_beside_the_sentence_and_stores_nothing(make_draft):
    draft, client = make_draft(source_text=TEXT), client_of(*CAN_MARK)
    marks = {field(draft, "Ask us."): "no.such", field(draft, "We answer."): "plain"}
    answer = client.fill_in(mark_page(draft), marks)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert marking_admin.NO_SUCH_CLAIM in page
    assert ('value="no.such"' in page, 'value="plain"' in page) == (True, True)
    assert text_of(draft) == TEXT + "\n"


def test_a_mark_that_no_claim_has_any_more_may_stay(make_draft):
    draft, client = make_draft(source_text="One.{promise:no.such} Two."), client_of(*CAN_MARK)
    marks = {field(draft, "One."): "no.such", field(draft, "Two."): "plain"}
    assert client.fill_in(mark_page(draft), marks).status_code == 303
    assert text_of(draft) == "One.{promise:no.such} Two.{promise:plain}\n"


def test_what_was_chosen_comes_again_where_the_draft_has_changed(make_draft):
    draft, client = make_draft(source_text=TEXT), client_of(*CAN_MARK)
    marks = {"shown": "earlier", field(draft, "Ask us."): "plain"}
    answer = client.post(mark_page(draft), marks)
    assert answer.status_code == 409
    assert flat("Somebody has changed this draft") in flat(answer.content.decode())
    assert re.search(r'<input[^>]* value="plain"', answer.content.decode())
    assert text_of(draft) == TEXT + "\n"


def test_a_draft_that_was_sealed_a_moment_ago_is_not_marked(make_draft, monkeypatch):
    draft, client = make_draft(source_text=TEXT), client_of(*CAN_MARK)
    monkeypatch.setattr(marking_admin, "mark_sentences", _refuse("This draft has been sealed."))
    answer = client.fill_in(mark_page(draft), {field(draft, "Ask us."): "plain"}, follow=True)
    assert b"This draft has been sealed." in answer.content


def _refuse(words: str):
    def refuse(*args, **kwargs):
        raise SealingRefused([Obstacle(words)])

    return refuse


@pytest.mark.parametrize("permissions", [(), ("view_policydraft",), ("seal_policydraft",)])
def test_only_who_may_change_a_draft_marks_it(make_draft, permissions):
    draft = make_draft(source_text=TEXT)
    client = client_of(*permissions)
    assert client.get(mark_page(draft)).status_code == 403
    assert client.post(mark_page(draft), {}).status_code == 403


def test_a_long_text_has_pages_and_each_page_stores_its_own_marks(make_draft, monkeypatch):
    monkeypatch.setattr(marking_admin, "PER_PAGE", 2)
    draft, client = make_draft(source_text=TEXT), client_of(*CAN_MARK)
    page = client.get(mark_page(draft), {"page": "2"}).content.decode()
    assert (flat("Page 2 of 2") in flat(page), "We answer." in page) == (True, True)
    assert ("Earlier sentences" in page, "Later sentences" in page, "Ask us." in page) == (
        True,
        False,
        False,
    )
    first = client.get(mark_page(draft)).content.decode()
    assert ("Earlier sentences" in first, "Later sentences" in first) == (False, True)


def test_nobody_has_claims_to_choose_from_where_none_are_registered(monkeypatch):
    monkeypatch.setattr(mark_widgets, "_choices", [])
    assert mark_widgets.claims_to_choose() == ()


def test_a_new_claim_is_made_for_a_sentence_and_frozen_when_that_is_sealed(make_draft, client):
    draft = make_draft(by=make_staff("ann"), source_text=TEXT, effective_on=timezone.localdate())
    officer = client_of(*CAN_MARK, "add_policyclaim", "view_policyclaim", "change_policyclaim")
    add = reverse("admin:policy_policyclaim_add")
    way = f"{add}?draft={draft.pk}&sentence={key_of(draft, 'We answer.')}"
    assert way.replace("&", "&amp;") in officer.get(mark_page(draft)).content.decode()
    assert officer.get(way).context["adminform"].form.initial["claim"] == "We answer."
    sent = {"kind": "O", "claim": "Every letter is answered.", "practice": "We read all of them."}
    undated = officer.post(way, {**sent, "owner": "Company counsel", "review_on": ""})
    assert b"say when somebody does" in undated.content
    made = officer.post(way, {**sent, "owner": "Company counsel", "review_on": "2027-05-04"})
    claim = PolicyClaim.objects.get()
    assert (claim.number, claim.claim_id) == (1001, "own.1001")
    assert made.headers["Location"] == f"{mark_page(draft)}#{key_of(draft, 'We answer.')}"
    assert text_of(draft).endswith("Ask us. We answer.{promise:own.1001}\n")
    assert client.get("/privacy/p/1001/").status_code == 404

    version = seal_and_publish(PolicyDraft.objects.get(), by=None)
    assert [one for one in version.claims if one["id"] == "own.1001"] == [
        {
            "id": "own.1001",
            "number": 1001,
            "class": "O",
            "claim": "Every letter is answered.",
            "practice": "We read all of them.",
            "owner": "Company counsel",
            "review_on": "2027-05-04",
        }
    ]
    page = flat(client.get("/privacy/p/1001/").content.decode())
    assert "<h1>Every letter is answered.</h1>" in page
    assert flat("<dd>Company counsel</dd>") in page
    assert flat('<time datetime="2027-05-04">') in page
    board = flat(client.get("/privacy/promises/").content.decode())
    assert "Every letter is answered." in board
    assert (
        " href=p/1001/><i>1001<b> stated by us</b></i></a>"
        in client.get("/privacy/").content.decode()
    )

    # Now its words stay, and the office reads it again and says when it does the next time.
    change = reverse("admin:policy_policyclaim_change", args=[claim.pk])
    officer.fill_in(change, {"owner": "Board", "review_on": "2028-05-04", "claim": "Never."})
    claim.refresh_from_db()
    assert (claim.claim, claim.owner) == ("Every letter is answered.", "Board")
    page = flat(client.get("/privacy/p/1001/").content.decode())
    assert ("Every letter is answered." in page, "<dd>Board</dd>" in page) == (True, True)
    delete = reverse("admin:policy_policyclaim_delete", args=[claim.pk])
    assert client_of("delete_policyclaim").post(delete, {"post": "yes"}).status_code == 403
    assert b"1001" in client_of("view_policyclaim").get(f"{add[:-4]}").content


def test_what_the_table_says_of_a_sealed_claim_is_not_what_readers_are_shown(make_draft):
    claim = make_claim()
    seal_and_publish(make_draft(source_text=f"We answer.{{promise:{claim.claim_id}}}"), by=None)
    PolicyClaim.objects.update(claim="We do not answer.", kind="S")
    shown = published_claims()[claim.claim_id]
    assert (shown["claim"], shown["class"]) == ("We answer.", "O")


def test_a_claim_without_words_on_practice_has_no_empty_heading(make_draft, client):
    claim = make_claim(practice="")
    seal_and_publish(make_draft(source_text=f"We answer.{{promise:{claim.claim_id}}}"), by=None)
    page = client.get("/privacy/p/1001/").content.decode()
    assert ("We answer." in page, "What this means in practice</h2>" in page) == (True, False)


def test_a_sealed_claim_keeps_its_words_in_the_service_too(make_draft):
    claim = make_claim()
    seal_and_publish(make_draft(source_text=f"We answer.{{promise:{claim.claim_id}}}"), by=None)
    claim.claim, claim.owner = "We do not answer.", "Board"
    save_claim(claim)
    stored = PolicyClaim.objects.get()
    assert (stored.claim, stored.owner) == ("We answer.", "Board")


def test_a_claim_that_no_version_has_may_still_be_worded_anew(db):
    claim = make_claim(review_on=None, kind="P")
    claim.claim = "We answer within a week."
    save_claim(claim)
    assert PolicyClaim.objects.get().claim == "We answer within a week."
    assert "review_on" not in claim.form
    assert make_claim().number == 1002
    assert str(claim) == "Claim 1001"


def test_readers_learn_of_a_claim_when_its_version_is_posted_and_not_of_a_withdrawn_one(make_draft):
    claim = make_claim()
    text = f"We answer.{{promise:{claim.claim_id}}}"
    later = timezone.localdate() + 2 * DAY
    waiting = seal_and_publish(make_draft(source_text=text, post_on=later), by=None)
    assert published_claims() == {}
    withdraw_version(waiting, by=None, reason="It was too early.")
    posted = seal_and_publish(make_draft(source_text=f"Now.\n\n{text}"), by=None)
    claim.refresh_from_db()
    assert claim.sealed_in == posted
    assert list(published_claims()) == [claim.claim_id]


def test_a_claim_of_which_the_version_says_nothing_is_shown_to_nobody(make_draft, policy):
    make_claim()
    PolicyClaim.objects.update(sealed_in=policy)
    assert published_claims() == {}


@pytest.mark.parametrize(
    ("ids", "numbers"),
    [
        (["own.1001", "policy.last-updated", "own.x", "own.12345678901", "plain"], [1001]),
        ([], []),
    ],
)
def test_our_own_claims_are_told_by_their_ids(ids, numbers):
    assert numbers_in(ids) == numbers


def test_an_id_that_no_row_has_is_sealed_by_itself(db):
    assert claim_forms(["own.1001"]) == {}


@pytest.mark.parametrize("wanted", ["", "x", "999", "99999999999"])
def test_a_claim_that_is_made_for_no_draft_goes_to_the_list(db, wanted):
    officer = client_of(*CAN_MARK, "add_policyclaim", "view_policyclaim")
    way = f"{reverse('admin:policy_policyclaim_add')}?draft={wanted}&sentence=x"
    assert officer.get(way).context["adminform"].form.initial["claim"] == ""
    sent = {"kind": "S", "claim": "It is so.", "practice": "", "owner": "Webmaster"}
    made = officer.post(way, {**sent, "review_on": ""})
    assert made.headers["Location"] == reverse("admin:policy_policyclaim_changelist")


def test_who_may_not_change_drafts_makes_a_claim_and_marks_nothing(make_draft):
    draft = make_draft(source_text=TEXT)
    way = f"{reverse('admin:policy_policyclaim_add')}?draft={draft.pk}&sentence=x"
    sent = {"kind": "S", "claim": "It is so.", "practice": "", "owner": "Webmaster"}
    client_of("add_policyclaim").post(way, {**sent, "review_on": ""})
    assert (PolicyClaim.objects.count(), text_of(draft)) == (1, TEXT + "\n")


def test_a_new_version_keeps_the_marks_of_the_sentences_that_stayed(make_draft):
    text = "We keep it.{promise:policy.last-updated}\n\nAsk us.{promise:plain}"
    seal_and_publish(make_draft(source_text=text), by=None)
    draft = make_draft(source_text="We keep it.\n\nAsk us.\n\nThis is new.")
    assert draft.source_text == f"{text}\n\nThis is new.\n"


def test_a_text_that_is_pasted_over_a_marked_draft_gets_the_marks_of_the_draft(make_draft):
    draft = make_draft(source_text="We keep it.{promise:policy.last-updated}")
    staff = make_staff("ann")
    client = SiteClient()
    client.force_login(staff)
    mark_sentences(draft, {key_of(draft, "We keep it."): ["plain"]}, by=staff)
    draft.refresh_from_db()
    update_draft(draft, by=staff, source_text="New.\r\n\r\nWe keep it.\r\n")
    assert text_of(draft) == "New.\n\nWe keep it.{promise:plain}\n"
    assert draft.authors == [pseudonym(staff)]
