"""The policy desk: staff draft, preview, compare, seal and withdraw; what is sealed is only read."""

import datetime as dt
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from privacy.policy import obstacles
from privacy.policy.models import Policy, PolicyDraft, PolicyEvent, PolicyVersion
from privacy.policy.obstacles import Obstacle
from privacy.policy.services import ask_for_review, seal_and_publish
from tests.client import SiteClient
from tests.factories.people import make_staff
from tests.privacy.policy.pages import flat

DAY = dt.timedelta(days=1)


def address(name: str, *args: object, model: str = "policydraft") -> str:
    return reverse(f"admin:policy_{model}_{name}", args=args)


def fields(**changes: str) -> dict[str, str]:
    day = timezone.localdate() + 40 * DAY
    return {
        "policy": str(Policy.objects.get(slug="privacy").pk),
        "kind": "minor",
        "reason": "Fewer words.",
        "summary": "Shorter.",
        "source_text": "We keep **it**.\n\n## Rights\n\nAsk.",
        "post_on": "",
        "effective_on": day.isoformat(),
        **changes,
    }


def as_stored(draft: PolicyDraft, **changes: str) -> dict[str, str]:
    """Return what the form of a draft shows, with what somebody changes in it."""
    names = ("kind", "reason", "summary", "source_text", "effective_on")
    return {**{name: str(getattr(draft, name)) for name in names}, "post_on": "", **changes}


def client_of(*permissions: str) -> SiteClient:
    vera = User.objects.filter(username="vera").first()
    staff = vera or make_staff("vera", is_superuser=False)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = SiteClient()
    client.force_login(staff)
    return client


@pytest.fixture(autouse=True)
def _quick(no_site_checks: None) -> None:
    """Leave out what asks the whole site."""


def test_a_draft_begins_with_the_newest_text(staff_client, policy: PolicyVersion):
    page = staff_client.get(address("add"))
    assert page.context["adminform"].form.initial["source_text"] == policy.source_text


def test_a_draft_of_the_terms_begins_with_the_terms(staff_client, db):
    terms = PolicyVersion.objects.get(policy__slug="terms", number=2)
    page = staff_client.get(address("add"), {"policy": terms.policy_id})
    assert page.context["adminform"].form.initial["source_text"] == terms.source_text


@pytest.mark.parametrize("wanted", ["", "0", "999", "x", "1 or 1"])
def test_an_odd_wish_begins_with_the_privacy_policy(staff_client, policy, wanted: str):
    page = staff_client.get(address("add"), {"policy": wanted})
    assert page.context["adminform"].form.initial["policy"] == policy.policy


def test_the_whole_way_from_draft_to_version(staff_client, staff, client, policy):
    created = staff_client.post(address("add"), fields(_preview=""))
    draft = PolicyDraft.objects.get()
    assert (created.status_code, created.url) == (302, address("preview", draft.pk))
    assert (draft.author, draft.state) == (staff, "Being written")

    preview = flat(staff_client.get(created.url).content.decode())
    assert flat("<p>We keep <strong>it</strong>.</p>") in preview
    assert flat("What changes from version 3, which is in force") in preview
    assert flat('<span class="visually-hidden">[added: </span>We keep it.') in preview

    asked = staff_client.fill_in(address("change", draft.pk), fields(_review=""))
    draft.refresh_from_db()
    assert (asked.url, draft.state) == (address("changelist"), "Waiting for a second person")

    seal = flat(staff_client.get(address("seal", draft.pk)).content.decode())
    assert flat("<strong>version 4</strong> of the privacy policy, a minor change") in seal
    assert flat("<strong>can never be changed or deleted</strong>") in seal
    assert PolicyVersion.objects.filter(number=4).count() == 0

    own = flat(staff_client.fill_in(address("seal", draft.pk), {}).content.decode())
    assert "A second person has to read it and seal it." in own
    assert PolicyVersion.objects.filter(number=4).count() == 0
    second = SiteClient()
    second.force_login(make_staff("second"))
    sealed = second.fill_in(address("seal", draft.pk), {})
    version = PolicyVersion.objects.get(number=4)
    assert sealed.headers["Location"] == address("change", version.pk, model="policyversion")
    assert client.get("/privacy/v/4/").status_code == 200
    draft.refresh_from_db()
    assert (draft.state, draft.sealed_as) == ("Sealed", version)


def test_preview_comparison_marking_and_sealing_are_links_for_whoever_may(make_draft):
    draft = make_draft()
    pages = ("preview", "mark", "seal")

    def links(*permissions: str) -> list[str]:
        page = client_of("view_policydraft", *permissions).get(address("change", draft.pk))
        return [one for one in pages if f'href="{address(one, draft.pk)}"' in page.content.decode()]

    assert links() == ["preview"]
    assert links("seal_policydraft") == ["preview", "seal"]
    assert links("change_policydraft") == ["preview", "mark"]


def test_who_reads_a_draft_and_saves_it_unchanged_is_no_author(make_draft):
    ann = make_staff("ann")
    draft = make_draft(by=ann)
    client = client_of("view_policydraft", "change_policydraft")
    client.fill_in(address("change", draft.pk), as_stored(draft, _preview=""))
    stored = PolicyDraft.objects.get()
    assert (stored.author, stored.authors, stored.changed_at) == (
        ann,
        draft.authors,
        draft.changed_at,
    )
    assert LogEntry.objects.count() == 0
    client.fill_in(address("change", draft.pk), as_stored(draft, summary="Shorter by far."))
    assert [one.get_change_message() for one in LogEntry.objects.all()] == [
        "Changed Summary of changes."
    ]
    page = client.get(address("change", draft.pk)).content.decode()
    assert "Worked on by: ann, vera." in page


def test_a_browser_that_ends_lines_its_own_way_changes_nothing(make_draft):
    draft = make_draft(by=make_staff("ann"), summary="One.\nTwo.")
    client = client_of("view_policydraft", "change_policydraft")
    typed = {"source_text": draft.source_text.replace("\n", "\r\n"), "summary": "One.\r\nTwo."}
    client.fill_in(address("change", draft.pk), as_stored(draft, **typed))
    assert PolicyDraft.objects.get().authors == draft.authors
    assert LogEntry.objects.count() == 0


def test_what_stops_sealing_is_listed_and_keeps_the_button_away(staff_client, make_draft):
    draft = make_draft(by=make_staff("ann"), summary="", effective_on=None)
    page = flat(staff_client.get(address("seal", draft.pk)).content.decode())
    assert re.findall(r'<li class="error">(.*?)</li>', page) == [
        "Write a summary of the changes: readers see it first.",
        "Choose the day on which the version takes effect.",
    ]
    assert "Seal and publish version" not in page
    staff_client.fill_in(address("seal", draft.pk), {})
    assert PolicyVersion.objects.filter(number=4).count() == 0


def test_an_officer_overrides_with_a_reason_that_readers_see(staff_client, client, make_draft):
    obstacles.register(lambda draft: [Obstacle("A sentence has no promise.", overridable=True)])
    draft = make_draft(by=make_staff("ann"))
    refusal = staff_client.fill_in(address("seal", draft.pk), {"override_reason": " "})
    assert refusal.status_code == 422
    assert b'name="override_reason"' in refusal.content
    assert PolicyVersion.objects.filter(number=4).count() == 0
    staff_client.fill_in(address("seal", draft.pk), {"override_reason": "Counsel marks it later."})
    shown = flat(client.get("/privacy/v/4/").content.decode())
    assert "<p>Counsel marks it later.</p>" in shown
    assert "<p>A sentence has no promise.</p>" in shown


def test_only_who_may_override_is_asked_for_a_reason(make_draft):
    obstacles.register(lambda draft: [Obstacle("A sentence has no promise.", overridable=True)])
    draft = make_draft(by=make_staff("ann"))
    client = client_of("view_policydraft", "seal_policydraft")
    refusal = client.fill_in(address("seal", draft.pk), {"override_reason": "Please."})
    assert refusal.status_code == 422
    assert b"A sentence has no promise." in refusal.content
    assert b"override_reason" not in refusal.content
    assert PolicyVersion.objects.filter(number=4).count() == 0


@pytest.mark.parametrize(
    ("permissions", "preview", "seal"),
    [
        ((), 403, 403),
        (("view_policydraft",), 200, 403),
        (("view_policydraft", "change_policydraft"), 200, 403),
        (("seal_policydraft",), 403, 403),
        (("view_policydraft", "seal_policydraft"), 200, 200),
    ],
    ids=["none", "view", "change", "seal without view", "view and seal"],
)
def test_each_page_asks_for_its_permission(make_draft, permissions, preview: int, seal: int):
    draft, client = make_draft(), client_of(*permissions)
    assert client.get(address("preview", draft.pk)).status_code == preview
    assert client.get(address("seal", draft.pk)).status_code == seal
    if seal == 403:
        assert client.post(address("seal", draft.pk)).status_code == 403
        assert PolicyVersion.objects.filter(number=4).count() == 0


@pytest.mark.parametrize("slow", [False, True], ids=["before the page is sent", "in between"])
def test_a_draft_is_sealed_as_the_page_showed_it(staff_client, make_draft, monkeypatch, slow):
    draft = make_draft(by=make_staff("ann"))
    seal = address("seal", draft.pk)
    shown = staff_client.get(seal).context["draft"].changed_at.isoformat()
    change = lambda: PolicyDraft.objects.get(pk=draft.pk).save()  # noqa: E731 - a new changed_at
    if slow:
        monkeypatch.setattr("privacy.policy.admin.services.seal_and_publish", _after(change))
    else:
        change()
    answer = staff_client.post(seal, {"shown": shown, "override_reason": "Because."})
    assert answer.status_code == (422 if slow else 409)
    assert "changed" in answer.content.decode()
    assert PolicyVersion.objects.filter(number=4).count() == 0
    assert staff_client.fill_in(seal, {}).status_code == (422 if slow else 302)


def _after(change):
    def slower(draft, **kwargs):
        change()
        return seal_and_publish(draft, **kwargs)

    return slower


def test_strangers_are_led_to_the_log_in(client, make_draft):
    draft = make_draft()
    for path in (address("preview", draft.pk), address("seal", draft.pk)):
        assert client.post(path).status_code == 302
    assert PolicyVersion.objects.filter(number=4).count() == 0


def test_what_is_sealed_is_only_read(staff_client, make_draft, policy: PolicyVersion):
    draft = make_draft()
    version = seal_and_publish(draft, by=None)
    draft_page = flat(staff_client.get(address("change", draft.pk)).content.decode())
    version_page = staff_client.get(address("change", version.pk, model="policyversion"))
    assert 'name="_save"' not in draft_page + version_page.content.decode()
    assert f"Read {version}" in draft_page
    refused = {
        address("change", draft.pk): 403,
        address("delete", draft.pk): 403,
        address("change", version.pk, model="policyversion"): 403,
        address("delete", version.pk, model="policyversion"): 403,
        address("add", model="policyversion"): 403,
    }
    before = PolicyVersion.objects.order_by("pk").values()
    kept = list(before)
    for path, status in refused.items():
        assert (path, staff_client.post(path, fields(post="yes")).status_code) == (path, status)
    assert list(before.all()) == kept
    again = flat(staff_client.fill_in(address("seal", draft.pk), {}).content.decode())
    assert "Somebody else has sealed this draft already." in again


def test_lists_offer_no_bulk_actions(staff_client, make_draft):
    draft = make_draft()
    seal_and_publish(draft, by=None)
    for model in ("policydraft", "policyversion"):
        path = address("changelist", model=model)
        assert b'name="action"' not in staff_client.get(path).content
        rows = PolicyDraft if model == "policydraft" else PolicyVersion
        pks = list(rows.objects.values_list("pk", flat=True))
        staff_client.post(path, {"action": "delete_selected", "_selected_action": pks, "post": "y"})
        assert rows.objects.count() == len(pks)


def test_a_version_that_waits_can_be_withdrawn(staff_client, make_draft):
    version = seal_and_publish(make_draft(post_on=timezone.localdate() + 2 * DAY), by=None)
    page = address("change", version.pk, model="policyversion")
    withdraw = address("withdraw", version.pk, model="policyversion")
    assert withdraw in staff_client.get(page).content.decode()
    assert b"Why it is withdrawn" in staff_client.get(withdraw).content
    empty = flat(staff_client.post(withdraw, {"reason": " "}, follow=True).content.decode())
    assert "Write why it is withdrawn, in a few words." in empty
    staff_client.post(withdraw, {"reason": "Wrong annex."})
    assert version.events.get(kind=PolicyEvent.Kind.WITHDRAWN).note == "Wrong annex."
    assert withdraw not in staff_client.get(page).content.decode()


def test_what_was_posted_offers_no_withdrawal(staff_client, policy: PolicyVersion):
    withdraw = address("withdraw", policy.pk, model="policyversion")
    page = flat(
        staff_client.get(address("change", policy.pk, model="policyversion")).content.decode()
    )
    assert withdraw not in page
    answer = flat(staff_client.post(withdraw, {"reason": "No."}, follow=True).content.decode())
    assert "what was posted stays" in answer


def test_withdrawing_asks_for_the_right_to_seal(make_draft):
    version = seal_and_publish(make_draft(post_on=timezone.localdate() + 2 * DAY), by=None)
    client = client_of("view_policyversion")
    path = address("withdraw", version.pk, model="policyversion")
    assert client.post(path, {"reason": "No."}).status_code == 403


def test_a_draft_that_was_sealed_a_moment_ago_is_no_accident(
    staff_client, make_draft, monkeypatch: pytest.MonkeyPatch
):
    """The permission is asked before the row is locked: somebody may seal in between."""
    from privacy.policy.admin import PolicyDraftAdmin

    draft = make_draft()
    seal_and_publish(draft, by=None)
    monkeypatch.setattr(PolicyDraftAdmin, "has_change_permission", lambda *args: True)
    response = staff_client.fill_in(address("change", draft.pk), fields(summary="Late."))
    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.summary == "Shorter."


@pytest.mark.parametrize(
    "changes",
    [
        {"source_text": "a\x00b"},
        {"source_text": ""},
        {"kind": "none"},
        {"effective_on": "yesterday"},
        {"policy": "999"},
    ],
    ids=["NUL", "empty", "kind", "day", "policy"],
)
def test_bad_input_is_said_beside_the_field_and_stores_nothing(staff_client, db, changes):
    response = staff_client.post(address("add"), fields(**changes))
    assert list(response.context["adminform"].form.errors) == list(changes)
    assert PolicyDraft.objects.count() == 0


def test_queries_of_the_lists_do_not_grow(staff_client, make_draft, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for n in range(2):
        seal_and_publish(make_draft(source_text=f"Text {n}."), by=None)
        with CaptureQueriesContext(connection) as captured:
            staff_client.get(address("changelist"))
            staff_client.get(address("changelist", model="policyversion"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_front_page_says_what_waits_for_a_second_person(staff_client):
    assert "policy draft" not in staff_client.get("/admin/").content.decode()
    staff_client.post(address("add"), fields())
    page = flat(staff_client.get("/admin/").content.decode())
    assert ("policy draft to finish" in page, "to review and seal" in page) == (True, False)
    ask_for_review(PolicyDraft.objects.get())
    page = flat(staff_client.get("/admin/").content.decode())
    assert ("to finish" in page, "policy draft to review and seal" in page) == (False, True)


def test_asking_a_second_person_says_to_how_many_was_written_and_to_whom_not(make_draft):
    """What waits to be said stands in the session, which holds no address."""
    draft = make_draft(by=make_staff("ann"))
    client = client_of("view_policydraft", "change_policydraft")

    def ask() -> str:
        typed = as_stored(draft, _review="")
        return client.fill_in(address("change", draft.pk), typed, follow=True).content.decode()

    make_staff("root")
    said = ask()
    assert "The draft now waits for a second person. Written to: 1" in said
    assert "root@" not in said
    assert "Nobody was written to: they have been already" in ask()
