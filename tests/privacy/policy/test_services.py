"""Sealing makes the next version, once, and nothing writes to it afterwards."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from outbox.models import OutboxMail
from privacy.policy import obstacles
from privacy.policy.chain import GENESIS, hash_of
from privacy.policy.models import (
    PRIVACY,
    TERMS,
    Kind,
    Policy,
    PolicyDraft,
    PolicyEvent,
    PolicyVersion,
    SealedError,
    State,
)
from privacy.policy.obstacles import (
    Heading,
    KnownGaps,
    Obstacle,
    is_reason,
    known_gaps,
    own_obstacles,
)
from privacy.policy.people import names_of, pseudonym
from privacy.policy.services import (
    SealingRefused,
    ask_for_review,
    create_draft,
    load_bundled_policies,
    seal_and_publish,
    update_draft,
    withdraw_version,
)
from tests.factories.people import make_staff

MakeDraft = Callable[..., PolicyDraft]
DAY = dt.timedelta(days=1)


def refused(draft: PolicyDraft, **kwargs: Any) -> list[str]:
    with pytest.raises(SealingRefused) as caught:
        seal_and_publish(draft, by=None, **kwargs)
    return [obstacle.text for obstacle in caught.value.obstacles]


def test_bundled_versions_are_loaded_once_with_their_dates(db: None):
    assert load_bundled_policies() == []
    assert list(
        PolicyVersion.objects.order_by("policy__slug", "number").values_list(
            "policy__slug", "number", "posted_on", "effective_on", "imported"
        )
    ) == [
        (PRIVACY, 1, dt.date(2020, 7, 17), dt.date(2020, 7, 17), True),
        (PRIVACY, 2, dt.date(2026, 10, 20), dt.date(2026, 11, 20), True),
        (PRIVACY, 3, dt.date(2026, 10, 24), dt.date(2026, 11, 24), True),
        (TERMS, 1, dt.date(2020, 7, 17), dt.date(2020, 7, 17), True),
        (TERMS, 2, dt.date(2026, 10, 24), dt.date(2026, 11, 24), True),
    ]


def test_bundled_versions_form_a_chain(db: None):
    chain = list(PolicyVersion.objects.filter(policy__slug=PRIVACY).order_by("number"))
    first, second, third = chain
    assert first.previous_hash == GENESIS
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert [hash_of(v) for v in chain] == [v.hash for v in chain]


def test_every_mark_of_the_shipped_text_is_sealed_with_its_class(policy: PolicyVersion):
    assert len(policy.claims) > 100
    assert [claim for claim in policy.claims if claim.get("class") not in ("S", "P", "O")] == []


def test_seal_gives_the_next_number_and_keeps_who_did_it_as_a_pseudonym(make_draft: MakeDraft):
    author, sealer = make_staff("ann"), make_staff("ben")
    draft = make_draft(by=author)
    version = seal_and_publish(draft, by=sealer)
    draft.refresh_from_db()
    event = version.events.get(kind=PolicyEvent.Kind.SEALED)
    assert (version.number, version.kind, version.imported) == (4, Kind.MINOR, False)
    assert (draft.sealed_as, draft.author, draft.reviewer) == (version, author, sealer)
    assert event.actor == pseudonym(sealer)
    assert "ben" not in event.actor


def test_accounts_of_those_who_worked_on_it_can_go(make_draft: MakeDraft):
    author, sealer = make_staff("ann"), make_staff("ben")
    draft = make_draft(by=author)
    version = seal_and_publish(draft, by=sealer)
    User.objects.filter(pk__in=[author.pk, sealer.pk]).delete()
    draft.refresh_from_db()
    assert (draft.author, draft.reviewer, draft.sealed_as) == (None, None, version)


def test_a_draft_makes_one_version_and_then_stays_as_it_is(make_draft: MakeDraft):
    draft = make_draft()
    stale = PolicyDraft.objects.get(pk=draft.pk)
    seal_and_publish(draft, by=None)
    assert refused(stale) == ["Somebody else has sealed this draft already."]
    with pytest.raises(SealingRefused):
        update_draft(stale, by=None, summary="Another one.")
    assert PolicyVersion.objects.filter(number__gt=3).count() == 1


@pytest.mark.parametrize(
    ("fields", "obstacle"),
    [
        ({"summary": " "}, "Write a summary of the changes: readers see it first."),
        ({"reason": ""}, "Say why this change is minor."),
        ({"source_text": " \n"}, "The text is empty."),
        ({"effective_on": None}, "Choose the day on which the version takes effect."),
    ],
)
def test_what_is_missing_stops_sealing(
    make_draft: MakeDraft, fields: dict[str, object], obstacle: str
):
    assert refused(make_draft(**fields)) == [obstacle]
    assert PolicyVersion.objects.filter(number__gt=3).count() == 0


@time_machine.travel("2027-01-15 12:00-07:00", tick=False)
def test_a_material_version_waits_thirty_days(make_draft: MakeDraft):
    early = make_draft(kind=Kind.MATERIAL, effective_on=dt.date(2027, 2, 13))
    assert refused(early) == [
        "It can take effect on February 14, 2027 (30 days after it is posted) at the earliest."
    ]
    update_draft(early, by=None, effective_on=dt.date(2027, 2, 14))
    assert seal_and_publish(early, by=None).effective_on == dt.date(2027, 2, 14)


def test_a_version_cannot_come_before_the_one_before_it(make_draft: MakeDraft):
    first = seal_and_publish(make_draft(), by=None)
    day = first.effective_on - DAY
    later = make_draft(effective_on=day, source_text="Another text.")
    assert [text.split(".")[0] for text in refused(later)] == [
        (
            f"Version 4 takes effect on {first.effective_on:%B} "
            f"{first.effective_on.day}, {first.effective_on.year}"
        )
    ]


def test_the_same_text_is_no_new_version(make_draft: MakeDraft, policy: PolicyVersion):
    draft = make_draft(source_text=policy.source_text + "\n\n", kind=Kind.EDITORIAL)
    assert refused(draft) == ["The text is that of version 3: nothing has changed."]


def test_white_space_alone_is_editorial(make_draft: MakeDraft, policy: PolicyVersion):
    text = policy.source_text.replace("\n\n", "\n\n\n", 3)
    assert refused(make_draft(source_text=text)) == [
        "Only white space or marks have changed. Make it an editorial version."
    ]
    seal_and_publish(make_draft(source_text=text, kind=Kind.EDITORIAL), by=None)


def test_a_second_person_seals_where_that_is_asked(make_draft: MakeDraft, settings):
    author, other = make_staff("ann"), make_staff("ben")
    draft = make_draft(by=author)
    settings.POLICY_FOUR_EYES = True
    with pytest.raises(SealingRefused):
        seal_and_publish(draft, by=author)
    assert seal_and_publish(draft, by=other).number == 4


def test_none_of_those_who_worked_on_a_text_is_its_second_person(make_draft: MakeDraft, settings):
    ann, ben, eve = make_staff("ann"), make_staff("ben"), make_staff("eve")
    draft = make_draft(by=ann)
    update_draft(draft, by=ben, summary="Shorter by far.")
    update_draft(draft, by=None, summary="Shorter.")
    settings.POLICY_FOUR_EYES = True
    for author in (ann, ben):
        with pytest.raises(SealingRefused, match="You have worked on it"):
            seal_and_publish(draft, by=author)
    assert seal_and_publish(draft, by=eve).number == 4


def test_what_nobody_is_known_to_have_written_has_no_second_person(make_draft: MakeDraft, settings):
    draft, ann = make_draft(), make_staff("ann")
    settings.POLICY_FOUR_EYES = True
    with pytest.raises(SealingRefused, match="Nobody is on record as its author"):
        seal_and_publish(draft, by=ann)
    settings.POLICY_FOUR_EYES = False
    assert seal_and_publish(draft, by=ann).number == 4


def test_saving_what_is_there_changes_nothing(make_draft: MakeDraft):
    ann, ben = make_staff("ann"), make_staff("ben")
    draft = make_draft(by=ann)
    ask_for_review(draft)
    before = PolicyDraft.objects.values().get()
    update_draft(draft, by=ben, summary="Shorter.", source_text=draft.source_text + "\n\n")
    assert PolicyDraft.objects.values().get() == before


def test_who_is_asked_to_be_the_second_person_gets_one_mail(make_draft: MakeDraft):
    ann, ben = make_staff("ann", is_superuser=False), make_staff("ben", is_superuser=False)
    for person in (ann, ben, make_staff("eve", is_superuser=False, email="")):
        person.groups.add(Group.objects.get(name="Privacy officer"))
    make_staff("root")
    draft = make_draft(by=ann)
    assert ask_for_review(draft) == ["ben@company.test"]
    assert ask_for_review(draft) == []
    mail = OutboxMail.objects.get()
    assert (mail.recipient, mail.subject) == (
        "ben@company.test",
        "Please read a draft of the privacy policy",
    )
    assert f"/admin/policy/policydraft/{draft.pk}/preview/" in bytes(mail.message).decode()
    update_draft(draft, by=ben, summary="Shorter by far.")
    assert ask_for_review(draft) == ["root@company.test"]


def test_where_nobody_else_may_seal_nobody_is_written_to(make_draft: MakeDraft):
    draft = make_draft(by=make_staff("ann"))
    assert ask_for_review(draft) == []
    assert OutboxMail.objects.count() == 0


def test_authors_are_named_while_their_accounts_live(make_draft: MakeDraft):
    ann, ben = make_staff("ann"), make_staff("ben")
    draft = make_draft(by=ann)
    update_draft(draft, by=ben, summary="Shorter by far.")
    User.objects.filter(pk=ann.pk).delete()
    assert names_of(draft.authors) == ["somebody whose account is gone", "ben"]
    assert names_of([]) == []


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("ok", False),
        ("ok ok ok ok ok ok", False),
        ("Because", False),
        ("12345 67890 !!", False),
        ("a b c d e f g h i", False),
        ("Wrong annex.", True),
        ("Counsel marks it next week.", True),
        ("Geprüft von Anwältin", True),
    ],
)
def test_a_reason_has_words(words: str, verdict: bool):
    assert is_reason(words) == verdict


UNCHECKED = Heading("claim is not checked", "claims are not checked")


def gap(where: str, problem: str = "No check shows it.") -> Obstacle:
    return Obstacle(
        problem, where=where, remedy="Ask a developer.", overridable=True, heading=UNCHECKED
    )


def test_readers_learn_the_reason_and_how_many_there_were(make_draft: MakeDraft):
    obstacles.register(lambda draft: [gap("one"), Obstacle("Bare.", overridable=True), gap("two")])
    reason = "Checks come\r\n\r\nwith the next release."
    version = seal_and_publish(make_draft(), by=None, override_reason=reason)
    note = version.events.get(kind=PolicyEvent.Kind.OVERRIDDEN).note
    assert note == ("Checks come\nwith the next release.\n\n2 claims are not checked.\nBare.")


def test_ok_is_no_reason(make_draft: MakeDraft):
    obstacles.register(lambda draft: [gap("one")])
    assert refused(make_draft(), override_reason="ok") == [
        "Say why in a sentence: readers see it with the version.",
        "one: No check shows it. Ask a developer.",
    ]


def test_a_known_gap_does_not_ask_again_and_a_new_one_does(make_draft: MakeDraft):
    found = [gap("one")]
    obstacles.register(lambda draft: list(found))
    seal_and_publish(make_draft(), by=None, override_reason="A check is being written.")
    version = seal_and_publish(make_draft(source_text="Other words."), by=None)
    note = version.events.get(kind=PolicyEvent.Kind.OVERRIDDEN).note
    assert note == "A check is being written.\n\n1 claim is not checked."
    found.append(gap("two"))
    assert refused(make_draft(source_text="New words.")) == [
        "two: No check shows it. Ask a developer."
    ]
    found[:] = [gap("one", "It fails now.")]
    assert refused(make_draft(source_text="New words.")) == ["one: It fails now. Ask a developer."]
    found.clear()
    free = seal_and_publish(make_draft(source_text="New words."), by=None)
    assert known_gaps(make_draft(source_text="More.")) == KnownGaps()
    assert not free.events.filter(kind=PolicyEvent.Kind.OVERRIDDEN).exists()


def test_what_no_reason_gives_way_to_is_never_known(make_draft: MakeDraft):
    final = Obstacle("The text is empty.")
    gaps = KnownGaps(None, frozenset({final.key}))
    assert not gaps.hold(final)


def test_an_overridable_obstacle_gives_way_to_a_reason(make_draft: MakeDraft):
    obstacles.register(lambda draft: [Obstacle("A sentence has no class.", overridable=True)])
    draft = make_draft()
    assert refused(draft, override_reason=" ") == ["A sentence has no class."]
    version = seal_and_publish(draft, by=None, override_reason="Counsel marks it next week.")
    note = version.events.get(kind=PolicyEvent.Kind.OVERRIDDEN).note
    assert note == "Counsel marks it next week.\n\nA sentence has no class."


def test_a_draft_that_was_changed_while_it_was_checked_is_not_sealed(make_draft: MakeDraft):
    draft = make_draft()

    def meanwhile(checked: PolicyDraft) -> list[Obstacle]:
        update_draft(PolicyDraft.objects.get(pk=checked.pk), by=None, source_text="Other words.")
        return []

    obstacles.register(meanwhile)
    assert refused(draft) == ["Somebody changed the draft meanwhile. Read it again."]


def test_a_version_that_waits_is_hidden_until_its_day(make_draft: MakeDraft):
    today = timezone.localdate()
    draft = make_draft(post_on=today + 2 * DAY, effective_on=today + 3 * DAY)
    version = seal_and_publish(draft, by=None)

    def shown() -> tuple[list[int], State]:
        numbers = [v.number for v in PolicyVersion.objects.public(PRIVACY)]
        return numbers, version.state(in_force=3)

    assert shown() == ([3, 2, 1], State.SEALED)
    with time_machine.travel(timezone.now() + 2 * DAY):
        assert shown() == ([4, 3, 2, 1], State.POSTED)


def test_what_waits_can_be_withdrawn_once_with_a_reason(make_draft: MakeDraft):
    today = timezone.localdate()
    version = seal_and_publish(make_draft(post_on=today + 2 * DAY), by=None)
    with pytest.raises(SealingRefused, match="why it is withdrawn"):
        withdraw_version(version, by=None, reason=" ")
    withdraw_version(version, by=None, reason="Wrong annex.")
    with pytest.raises(SealingRefused, match="already"):
        withdraw_version(version, by=None, reason="Twice.")
    with time_machine.travel(timezone.now() + 60 * DAY):
        in_force = PolicyVersion.objects.in_force(PRIVACY)
        assert in_force is not None
        assert in_force.number == 3
    following = seal_and_publish(make_draft(source_text="Yet another."), by=None)
    assert (following.number, following.previous_hash) == (5, version.hash)


def test_what_was_posted_cannot_be_withdrawn(policy: PolicyVersion):
    with pytest.raises(SealingRefused, match="what was posted stays"):
        withdraw_version(policy, by=None, reason="No.")


@pytest.mark.parametrize(
    "attack",
    [
        lambda v: v.save(),
        lambda v: v.delete(),
        lambda v: PolicyVersion.objects.update(summary="x"),
        lambda v: PolicyVersion.objects.all().delete(),
        lambda v: PolicyVersion.objects.bulk_update([v], ["summary"]),
        lambda v: PolicyVersion.objects.update_or_create(pk=v.pk, defaults={"summary": "x"}),
        lambda v: PolicyVersion.objects.bulk_create(
            [v], update_conflicts=True, unique_fields=["id"], update_fields=["summary"]
        ),
        lambda v: PolicyEvent.objects.update(note="x"),
    ],
    ids=["save", "delete", "update", "delete all", "bulk", "update or create", "upsert", "event"],
)
def test_the_model_refuses_what_would_change_a_version(policy: PolicyVersion, attack):
    policy.summary = "x"
    with pytest.raises(SealedError):
        attack(policy)
    assert not PolicyVersion.objects.filter(summary="x").exists()


def test_in_force_from_local_midnight(db: None):
    def number() -> int | None:
        return PolicyVersion.objects.in_force_number(PRIVACY)

    with time_machine.travel("2026-11-19 23:59:59-07:00", tick=False):
        assert number() == 1
    with time_machine.travel("2026-11-20 00:00:00-07:00", tick=False):
        assert number() == 2
    with time_machine.travel("2026-11-23 23:59:59-07:00", tick=False):
        assert number() == 2
    with time_machine.travel("2026-11-24 00:00:00-07:00", tick=False):
        assert number() == 3
    assert PolicyVersion.objects.in_force(PRIVACY, dt.date(2020, 7, 16)) is None


def test_the_database_keeps_the_days_of_notice(policy: PolicyVersion):
    version = PolicyVersion(
        policy=policy.policy,
        number=4,
        kind=Kind.MATERIAL,
        summary="s",
        source_text="t",
        rendered_html="t",
        renderer="r",
        posted_at=timezone.now(),
        posted_on=dt.date(2027, 1, 15),
        effective_on=dt.date(2027, 2, 13),
        previous_hash=policy.hash,
        hash="f" * 64,
    )
    with pytest.raises(IntegrityError, match="policy_version_material_notice"):
        version.save()


def test_the_first_version_of_a_policy_has_none_to_differ_from(db: None):
    returns = Policy.objects.create(slug="returns", title="Returns")
    today = timezone.localdate()
    draft = create_draft(
        returns, by=None, source_text="Ask.", reason="First.", summary="All.",
        kind=Kind.MINOR, effective_on=today,
    )  # fmt: skip
    assert own_obstacles(draft, by=None, posted_on=today) == []


def test_a_version_cannot_be_posted_before_the_one_before_it(make_draft: MakeDraft):
    day = timezone.localdate() + 20 * DAY
    seal_and_publish(make_draft(post_on=day), by=None)
    posted = f"Version 4 is posted on {day:%B} {day.day}, {day.year}."
    assert refused(make_draft(source_text="Another text.")) == [
        f"{posted} This one cannot be posted before it."
    ]


def test_a_draft_takes_its_own_fields_alone(make_draft: MakeDraft):
    draft = make_draft()
    with pytest.raises(TypeError, match="not a field of a draft: number, sealed_as"):
        update_draft(draft, by=None, sealed_as=None, number=7)


def test_a_check_that_is_registered_twice_is_asked_once(monkeypatch, make_draft: MakeDraft):
    monkeypatch.setattr(obstacles, "_checks", [])
    asked = []

    def check(draft):
        asked.append(draft)
        return []

    assert obstacles.register(obstacles.register(check)) is check
    assert obstacles.registered_obstacles(make_draft()) == []
    assert len(asked) == 1
