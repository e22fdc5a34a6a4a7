"""How a request comes in, is proven, and is taken back by the person who made it."""

from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from privacy.rights import mails
from privacy.rights.choices import CLOSING, NEEDS_NO_PROOF, POSTED, Channel, Did, Kind, Proof
from privacy.rights.deadlines import deadline_for
from privacy.rights.models import MailedLink, RequestEvent, RequestNote, SubjectRequest
from privacy.rights.objections import heed_objection
from privacy.rights.scans import keep_scan
from privacy.rights.secret_links import IDENTITY_LIFE, find_link, make_link
from sens_site.lib.email_address import as_stored


class NotAllowedError(Exception):
    """The rules of the desk forbid a step; the message says which rule, in words for people."""


def record(request: SubjectRequest, did: Did, *, text: str = "", **facts: Any) -> RequestEvent:
    """Add an event, with its words beside it."""
    event = RequestEvent.objects.create(request=request, did=did, **facts)
    if text:
        RequestNote.objects.create(event=event, text=text)
    return event


def lock(request: SubjectRequest) -> SubjectRequest:
    """Read the request again and keep everybody else from changing it until the commit."""
    return SubjectRequest.objects.select_for_update().get(pk=request.pk)


def must_be_open(request: SubjectRequest) -> None:
    """Refuse a step on a request that is closed."""
    if not request.is_open:
        raise NotAllowedError("This request is already closed.")


def must_have_address(request: SubjectRequest) -> None:
    """Refuse what needs a mail where none can be sent."""
    if not request.email:
        raise NotAllowedError("No address is known, so no notice can be sent.")


def fingerprint_of(kind: str, email: str, text: str) -> str:
    """Return a keyed hash that is equal when the same person asks the same thing again."""
    words = " ".join(text.split()).casefold()
    content = "\x1f".join([kind, as_stored(email), words])
    return salted_hmac("rights.fingerprint", content, algorithm="sha256").hexdigest()


@transaction.atomic
def open_request(
    *,
    kind: Kind,
    name: str,
    email: str,
    text: str,
    channel: Channel,
    proof: Proof | None = None,
    trapped: bool = False,
    wants_contact: bool = False,
    received_at: datetime | None = None,
) -> SubjectRequest:
    """Store a request with its first events and mails, or find that it is stored already.

    A suspicion never refuses a request: it is held for a person to look at, its clock runs, and no
    mail goes out until it is released.
    """
    request, is_new = _store(
        fingerprint_of(kind, email, text),
        received_at or timezone.now(),
        kind=kind,
        channel=channel,
        name=name,
        email=email,
        text=text,
        is_held=trapped,
        wants_contact=wants_contact,
    )
    if is_new:
        record(request, Did.RECEIVED, at=request.received_at, fact=channel)
        if proof is not None:
            record(request, Did.IDENTITY_PROVED, proof=proof)
            heed_objection(request)
        if trapped:
            record(request, Did.HELD)
        else:
            _announce(request)
        return request
    if wants_contact and not request.wants_contact:
        request.wants_contact = True
        request.save(update_fields=["wants_contact"])
    if request.is_held and not trapped:
        release(request)
    return request


def _store(fingerprint: str, moment: datetime, **fields: Any) -> tuple[SubjectRequest, bool]:
    """Store a request, or find that it is stored already; tell whether it is new."""
    known = SubjectRequest.objects.filter(fingerprint=fingerprint, closed_at=None).first()
    if known is not None:
        return known, False
    due = deadline_for(moment, timezone.get_default_timezone()).due_on
    try:
        with transaction.atomic():
            request = SubjectRequest.objects.create(
                fingerprint=fingerprint, received_at=moment, due_on=due, **fields
            )
    except IntegrityError:
        return SubjectRequest.objects.get(fingerprint=fingerprint, closed_at=None), False
    return request, True


@transaction.atomic
def enter_request(
    *,
    kind: Kind,
    channel: Channel,
    received_on: date,
    name: str,
    email: str,
    postal_address: str,
    text: str,
    actor: str,
    scan: bytes = b"",
) -> SubjectRequest:
    """Store a request that came by no form of the site. Its clock runs from the day that it came.

    The same sheet entered twice is one request. Where an address is known, the person is told at
    once; what staff send is not counted against what strangers may set off.
    """
    moment = _moment_on(received_on)
    content = "\x1f".join(
        [kind, channel, received_on.isoformat(), name, as_stored(email), postal_address, text]
    )
    fingerprint = salted_hmac("rights.entered", content, algorithm="sha256").hexdigest()
    request, is_new = _store(
        fingerprint,
        moment,
        kind=kind,
        channel=channel,
        name=name,
        email=email,
        postal_address=postal_address,
        text=text,
    )
    if not is_new:
        return request
    record(request, Did.RECEIVED, at=moment, fact=channel)
    record(request, Did.ENTERED, actor=actor)
    if scan:
        keep_scan(request, scan)
    mails.tell_desk("new", f"New privacy request {request.reference}", request=request)
    if email:
        _acknowledge(request, by_staff=True)
    return request


def _moment_on(day: date) -> datetime:
    """Return a moment of a day where the company is, which has not yet to come."""
    zone, now = timezone.get_default_timezone(), timezone.now()
    return min(now, datetime.combine(day, time(12), zone))


@transaction.atomic
def release(request: SubjectRequest, *, actor: str = "") -> SubjectRequest:
    """Take a request out of quarantine and acknowledge it."""
    request = lock(request)
    must_be_open(request)
    if not request.is_held:
        raise NotAllowedError("This request is not held.")
    request.is_held = False
    request.save(update_fields=["is_held"])
    record(request, Did.RELEASED, actor=actor)
    _announce(request)
    return request


def _announce(request: SubjectRequest) -> None:
    subject = f"New privacy request {request.reference}"
    mails.tell_desk("new", subject, request=request)
    if request.email and request.proof is None and not mails.mails_left(request.email):
        return  # somebody floods this address
    _acknowledge(request)


def _acknowledge(request: SubjectRequest, *, by_staff: bool = False) -> None:
    token = None
    # Nobody waits for an objection to be proven; proven, it takes effect before anybody reads it.
    asks = request.kind not in NEEDS_NO_PROOF or request.kind == Kind.OBJECTION
    if asks and request.proof is None:
        token = make_link(request, purpose=MailedLink.Purpose.IDENTITY, life=IDENTITY_LIFE)
        record(request, Did.IDENTITY_ASKED)
    mails.acknowledgement(request, token=token, by_staff=by_staff).send()
    record(request, Did.ACKNOWLEDGED)


@transaction.atomic
def note_acknowledged(request: SubjectRequest, *, actor: str, posted_on: date) -> RequestEvent:
    """Note on which day a letter went out that says that the request has come."""
    request = lock(request)
    must_be_open(request)
    if request.did(Did.ACKNOWLEDGED):
        raise NotAllowedError("The person has been told already that the request has come.")
    fact = posted_fact(request, posted_on)
    return record(request, Did.ACKNOWLEDGED, actor=actor, fact=fact)


def posted_fact(request: SubjectRequest, posted_on: date) -> str:
    """Return the fact of an event whose words went by post, if that can have been the day."""
    if not request.deadline.received_on <= posted_on <= timezone.localdate():
        raise NotAllowedError("A letter is posted after the request has come, and not ahead.")
    return f"{POSTED}{posted_on.isoformat()}"


@transaction.atomic
def ask_identity(request: SubjectRequest, *, actor: str = "") -> bool:
    """Mail a fresh link with which to show who is asking; tell whether one may still be mailed."""
    request = lock(request)
    must_be_open(request)
    if request.proof is not None:
        raise NotAllowedError("It has already been shown who is asking.")
    must_have_address(request)
    if not mails.mails_left(request.email):
        return False
    token = make_link(request, purpose=MailedLink.Purpose.IDENTITY, life=IDENTITY_LIFE)
    mails.identity(request, token=token).send()
    record(request, Did.IDENTITY_ASKED, actor=actor)
    return True


@transaction.atomic
def prove_identity(token: str) -> SubjectRequest | None:
    """Spend a mailed link. None where it is unknown, used up or too old."""
    link = find_link(token, purpose=MailedLink.Purpose.IDENTITY)
    if link is None:
        return None
    request = lock(link.request)
    used = MailedLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now())
    if not used or not request.is_open:
        return None
    if request.proof is None:
        record(request, Did.IDENTITY_PROVED, proof=Proof.LINK)
        heed_objection(request)
    return request


@transaction.atomic
def withdraw_request(request: SubjectRequest) -> SubjectRequest:
    """Close a request because the person took it back."""
    request = lock(request)
    must_be_open(request)
    if request.is_carried_out:
        raise NotAllowedError("What this request asks for has been done already.")
    record(request, Did.WITHDRAWN)
    if request.email:
        mails.withdrawn(request).send()
    return close(request)


def close(request: SubjectRequest) -> SubjectRequest:
    """Note when a request was closed. Its closing event has been added just before."""
    request.closed_at = request.events.get(did__in=CLOSING).at
    request.save(update_fields=["closed_at"])
    return request
