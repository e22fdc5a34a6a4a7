"""All that writes policies, drafts, versions and events."""

from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from outbox.staff_mail import MATTER_HEADER, Matter
from privacy.policy.bundled import claims_in, shipped_text
from privacy.policy.chain import GENESIS, hash_of
from privacy.policy.models import (
    PRIVACY,
    TERMS,
    Kind,
    Policy,
    PolicyClaim,
    PolicyDraft,
    PolicyEvent,
    PolicyVersion,
)
from privacy.policy.obstacles import (
    Obstacle,
    is_reason,
    known_gaps,
    own_obstacles,
    public_note,
    registered_obstacles,
)
from privacy.policy.own_claims import claim_forms, numbers_in
from privacy.policy.people import pseudonym, second_persons
from privacy.policy.rendering import RENDERER, normalised, promise_ids, render
from privacy.policy.sentences import keep_marks
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.canonical_json import canonical_json
from sens_site.lib.content import LATER, read_versions

TITLES = {PRIVACY: "Privacy policy", TERMS: "Terms and conditions"}
DRAFT_FIELDS = frozenset({"kind", "reason", "summary", "source_text", "post_on", "effective_on"})
NO_REASON = Obstacle("Say why in a sentence: readers see it with the version.", overridable=True)


class SealingRefused(Exception):  # noqa: N818 - it is an answer, not an accident
    """The draft cannot be sealed; `obstacles` says why, in words for staff."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(" ".join(obstacle.text for obstacle in obstacles))
        self.obstacles = obstacles


def ensure_policy(slug: str) -> Policy:
    """Return the policy of a slug, made when it is not there yet."""
    policy, _ = Policy.objects.get_or_create(slug=slug, defaults={"title": TITLES[slug]})
    return policy


@transaction.atomic
def create_draft(
    policy: Policy, *, by: AbstractBaseUser | None, source_text: str, **fields: Any
) -> PolicyDraft:
    """Begin a draft."""
    draft = PolicyDraft(policy=policy, source_text="")
    return update_draft(draft, by=by, source_text=source_text, **fields)


@transaction.atomic
def update_draft(
    draft: PolicyDraft, *, by: AbstractBaseUser | None, keep: bool = True, **fields: Any
) -> PolicyDraft:
    """Change a draft that is not sealed. Whoever changes it becomes one of its authors.

    Saving what is there already changes nothing. A text without any mark, as it comes out of a
    file, gets those of the sentences that stayed, unless `keep` is False.
    """
    unknown = fields.keys() - DRAFT_FIELDS
    if unknown:
        raise TypeError(f"not a field of a draft: {', '.join(sorted(unknown))}")
    stored: PolicyDraft | None = None
    if not draft._state.adding:  # noqa: SLF001 - Django documents it
        stored = PolicyDraft.objects.select_for_update().get(pk=draft.pk)
        if stored.is_sealed:
            raise SealingRefused([Obstacle("This draft has been sealed and can never be changed.")])
    values = {name: _in_one_form(name, value) for name, value in fields.items()}
    if keep and "source_text" in values and not promise_ids(values["source_text"]):
        values["source_text"] = _with_marks_of_before(draft, stored, values["source_text"])
    for name, value in values.items():
        setattr(draft, name, value)
    if stored is not None and all(getattr(stored, one) == values[one] for one in values):
        return draft
    draft.authors = list(stored.authors if stored else [])
    if by is not None and pseudonym(by) not in draft.authors:
        draft.authors.append(pseudonym(by))
    draft.author_id = by.pk if by is not None else None
    draft.review_asked_at = None
    draft.save()
    return draft


def _in_one_form(name: str, value: Any) -> Any:
    """Return a value as it is stored. Browsers end lines in another way than files do."""
    if name == "source_text":
        return normalised(value)
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _with_marks_of_before(draft: PolicyDraft, stored: PolicyDraft | None, source: str) -> str:
    newest = PolicyVersion.objects.of(draft.policy.slug).first()
    for before in (stored, newest):
        if before is not None and promise_ids(before.source_text):
            source = keep_marks(source, before.source_text)
    return source


@transaction.atomic
def ask_for_review(draft: PolicyDraft) -> list[str]:
    """Say that a draft is ready for a second person, and write to those who may be that one.

    Returns to whom was written: to nobody a second time, as long as nothing changes.
    """
    stored = PolicyDraft.objects.select_for_update().select_related("policy").get(pk=draft.pk)
    if stored.review_asked_at is not None or stored.is_sealed:
        return []
    draft.review_asked_at = timezone.now()
    draft.save(update_fields=["review_asked_at"])
    people = second_persons(stored)
    page = reverse("admin:policy_policydraft_preview", args=[draft.pk])
    for address in people:
        EmailMessage(
            f"Please read a draft of the {stored.policy.title.lower()}",
            "Somebody has finished a draft and asks for a second person, who reads it and seals "
            f"it:\n\n{settings.SITE_ORIGIN}{page}\n\nWhat changes: {stored.summary}\n",
            to=[address],
            headers={MATTER_HEADER: Matter.SEALING},
        ).send()
    return people


def planned_posting(draft: PolicyDraft) -> datetime:
    """Return when a draft would be posted if it were sealed now."""
    now = timezone.now().replace(microsecond=0)
    return max(now, _midnight(draft.post_on)) if draft.post_on else now


def seal_and_publish(
    draft: PolicyDraft,
    *,
    by: AbstractBaseUser | None,
    override_reason: str = "",
) -> PolicyVersion:
    """Freeze a draft as the next version, posted at once or on the draft's day of posting.

    The worker tells people of it within a minute (`notices.announce`): to write to very many takes
    longer than a request may, and than others may wait for its locks.

    What looks beyond the draft comes first, as sealing holds locks; a draft that was changed
    meanwhile is refused. Obstacles that may be overridden give way to
    `override_reason`, which is kept as an event and shown with the version. Known gaps that have
    not changed need no new reason: the one of then stands.
    """
    checked = PolicyDraft.objects.select_related("policy").get(pk=draft.pk)
    if checked.changed_at != draft.changed_at:
        raise SealingRefused([Obstacle("Somebody changed the draft meanwhile. Read it again.")])
    found = [] if checked.is_sealed else registered_obstacles(checked)
    return _seal(checked, by=by, found=found, override_reason=override_reason.strip())


@transaction.atomic
def _seal(
    checked: PolicyDraft,
    *,
    by: AbstractBaseUser | None,
    found: list[Obstacle],
    override_reason: str,
) -> PolicyVersion:
    """Two people who press the button at the same moment make one version: the rows are locked."""
    policy = Policy.objects.select_for_update().get(pk=checked.policy_id)
    draft = PolicyDraft.objects.select_for_update().get(pk=checked.pk)
    if draft.is_sealed:
        raise SealingRefused([Obstacle("Somebody else has sealed this draft already.")])
    if draft.changed_at != checked.changed_at:
        raise SealingRefused([Obstacle("Somebody changed the draft meanwhile. Read it again.")])
    posted_at = planned_posting(draft)
    obstacles = found + own_obstacles(draft, by=by, posted_on=timezone.localdate(posted_at))
    known = known_gaps(draft)
    asking = [one for one in obstacles if not known.hold(one)]
    reasoned = is_reason(override_reason)
    stopping = [one for one in asking if not (one.overridable and reasoned)]
    if stopping and override_reason and not reasoned:
        stopping.insert(0, NO_REASON)
    if stopping or draft.effective_on is None:
        raise SealingRefused(stopping)
    version = _insert_version(
        policy,
        kind=draft.kind,
        reason=draft.reason,
        summary=draft.summary,
        source_text=draft.source_text,
        posted_at=posted_at,
        effective_on=draft.effective_on,
    )
    draft.sealed_as = version
    draft.reviewer_id = by.pk if by is not None else None
    draft.gaps = [one.key for one in obstacles]
    draft.save(update_fields=["sealed_as", "reviewer", "gaps"])
    record_event(version, PolicyEvent.Kind.SEALED, by=by)
    if obstacles:
        note = public_note(override_reason if reasoned else known.reason, obstacles)
        record_event(version, PolicyEvent.Kind.OVERRIDDEN, by=by, note=note)
    return version


@transaction.atomic
def withdraw_version(
    version: PolicyVersion, *, by: AbstractBaseUser | None, reason: str
) -> PolicyEvent:
    """Take back a sealed version before anybody could read it. Its number stays used."""
    Policy.objects.select_for_update().get(pk=version.policy_id)
    if version.posted_at <= timezone.now():
        raise SealingRefused([Obstacle("It has been posted, and what was posted stays.")])
    if version.events.filter(kind=PolicyEvent.Kind.WITHDRAWN).exists():
        raise SealingRefused([Obstacle("It has been withdrawn already.")])
    if not is_reason(reason):
        raise SealingRefused([Obstacle("Write why it is withdrawn, in a few words.")])
    content_changed()
    return record_event(version, PolicyEvent.Kind.WITHDRAWN, by=by, note=reason.strip())


@transaction.atomic
def load_bundled_policies() -> list[PolicyVersion]:
    """Add the shipped versions that are not there yet, as history with their own dates.

    Stops for a policy that has a version sealed on this site: from there on its text is the
    site's own.
    """
    shipped = read_versions(settings.CONTENT_DIR)
    for slug in TITLES:  # so that a first version can be imported where none is shipped
        ensure_policy(slug)
    added = []
    for entry in shipped:
        policy = Policy.objects.select_for_update().get(pk=ensure_policy(entry["policy"]).pk)
        latest = PolicyVersion.objects.of(policy.slug).first()
        own = latest is not None and not latest.imported
        if own or entry["number"] != (latest.number if latest else 0) + 1:
            continue
        added.append(
            _insert_version(
                policy,
                kind=entry["kind"],
                reason=entry["reason"],
                summary=entry["summary"],
                source_text=shipped_text(entry["file"]),
                posted_at=_midnight(entry["posted_on"]),
                effective_on=entry["effective_on"],
                imported=True,
                origin=entry.get("origin", ""),
            )
        )
    return added


def lacking_in_terms() -> list[str]:
    """Return what the company has filled in for the terms since their newest version was made."""
    newest = PolicyVersion.objects.of(TERMS).not_withdrawn().first()
    text = newest.source_text if newest else ""
    values = [str(getattr(settings.COMPANY, name)) for name in LATER]
    return [value for value in values if value and value not in text]


def record_event(
    version: PolicyVersion,
    kind: PolicyEvent.Kind,
    *,
    by: AbstractBaseUser | None = None,
    note: str = "",
) -> PolicyEvent:
    """Add an event to a version."""
    actor = pseudonym(by) if by is not None else ""
    return PolicyEvent.objects.create(version=version, kind=kind, actor=actor, note=note)


def _insert_version(
    policy: Policy,
    *,
    kind: str,
    reason: str,
    summary: str,
    source_text: str,
    posted_at: datetime,
    effective_on: date,
    imported: bool = False,
    origin: str = "",
) -> PolicyVersion:
    """Add the next link of the chain. The caller holds the lock on the policy."""
    before = PolicyVersion.objects.filter(policy=policy).order_by("-number").first()
    source = normalised(source_text)
    version = PolicyVersion(
        policy=policy,
        number=before.number + 1 if before else 1,
        kind=Kind(kind),
        reason=normalised(reason).strip(),
        summary=normalised(summary).strip(),
        source_text=source,
        rendered_html=render(source).stored_html,
        renderer=RENDERER,
        claims_json=canonical_json(claims_in(source, claim_forms(promise_ids(source)))),
        posted_at=posted_at,
        posted_on=timezone.localdate(posted_at),
        effective_on=effective_on,
        imported=imported,
        origin=normalised(origin).strip(),
        previous_hash=before.hash if before else GENESIS,
    )
    version.hash = hash_of(version)
    version.save()
    _note_sealed(version)
    content_changed()
    return version


def _note_sealed(version: PolicyVersion) -> None:
    """Let each claim of our own know which version sealed it first, of those that count."""
    named = PolicyClaim.objects.filter(number__in=numbers_in(promise_ids(version.source_text)))
    withdrawn = PolicyEvent.objects.filter(kind=PolicyEvent.Kind.WITHDRAWN).values("version")
    named.filter(Q(sealed_in=None) | Q(sealed_in__in=withdrawn)).update(sealed_in=version)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
