"""One person who is present in every table that holds people, and a neighbour like them."""

import zlib
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import IdleNotice, PolicyAcceptance, Registration, Session, User
from accounts.services import note_confirmed_address
from audit_log.models import AuditEntry
from audit_log.services import record
from contact.models import ContactMessage, MessageNote, MessageReply, ReplyDraft
from contact.order_models import OrderState
from contact.services import Submission, receive_message
from downloads.models import DocumentVersion, DownloadRecord, Watch, WatchNotice
from newsletter.models import Subscriber, Subscription, Suppression, Topic
from newsletter.suppression import SIGN_UP, suppress
from newsletter.wording import keep_wording
from privacy.consent.personal_services import object_to_sharing, refuse_newsletter
from privacy.datamap.subjects import Subject, keyed_hash
from privacy.policy.models import PRIVACY, PolicyAcknowledgement, PolicyVersion
from privacy.rights import export_files, handling, intake, outside_systems, services
from privacy.rights.choices import Channel, Kind
from privacy.rights.models import OutsideSystem
from privacy.rights.scans import keep_scan
from tests.factories.people import make_person, make_staff


def make_subject(username: str = "ada-lovelace", **fields: Any) -> User:
    """Make a person of whom every mapped table has at least one row."""
    user = make_person(
        username,
        name=f"{username.title()} Byron",
        company=f"{username} engines",
        position="Analyst",
        phone="+44 20 7946 0000",
        **fields,
    )
    user.groups.add(Group.objects.get_or_create(name="Readers")[0])
    user.user_permissions.add(Permission.objects.order_by("pk")[0])
    _signing_in(user)
    version = PolicyVersion.objects.in_force(PRIVACY)
    assert version is not None
    PolicyAcceptance.objects.create(user=user, version=version, kind="shown")
    PolicyAcknowledgement.objects.create(user=user, version=version)
    IdleNotice.objects.create(user=user)
    object_to_sharing(user)
    refuse_newsletter(user)
    _newsletter(user)
    _traces_by_staff(user)
    _mail_and_messages(user)
    _documents(user)
    _privacy_requests(user)
    return user


def _newsletter(user: User) -> None:
    topic, _ = Topic.objects.get_or_create(slug="pumps", defaults={"title": "Pumps"})
    words = keep_wording("I want the newsletter.")
    reader = Subscriber.objects.create(
        email=user.email,
        state=Subscriber.State.CONFIRMED,
        confirmed_at=timezone.now(),
        confirmed_by=Subscriber.Means.LINK,
        wording=words,
    )
    Subscription.objects.create(subscriber=reader, topic=topic)
    suppress(user.email, purpose=SIGN_UP, why=Suppression.Why.REFUSED)


def _signing_in(user: User) -> None:
    address = EmailAddress.objects.get(user=user, primary=True)
    EmailConfirmation.objects.create(
        email_address=address, key=f"key-{user.username}", sent=timezone.now()
    )
    EmailAddress.objects.create(user=user, email=f"{user.username}@home.test", verified=False)
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": encrypt(f"seed-{user.username}")},
    )
    note_confirmed_address(user, email=user.email)
    Registration.objects.create(user=user, address_hash=keyed_hash("registration", user.email))
    open_session(user)
    # A session that lost its account keeps the address inside its encoded data.
    loose = import_module(settings.SESSION_ENGINE).SessionStore()
    loose["email"] = user.email
    loose.save()


def open_session(user: User) -> str:
    """Open a session as after a log-in; return its key."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["note"] = f"for {user.email}"
    store.save()
    assert Session.objects.filter(user=user).exists()
    return str(store.session_key)


def _traces_by_staff(user: User) -> None:
    editor = User.objects.filter(username="editor").first() or make_staff("editor")
    LogEntry.objects.create(
        user=editor,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=user.username,
        action_flag=CHANGE,
        change_message=f"Changed email to {user.email}",
    )
    did = f"Changed email to {user.email}"
    record(AuditEntry.Kind.CHANGED, did, row=user, actor=editor, place="/admin/")


def _short_copy(subject: Subject, *, portable: bool) -> Iterator[bytes]:
    """Name the person compressed, as a whole copy does. That would take two thirds of the time."""
    yield zlib.compress(" ".join(sorted(subject.addresses)).encode())


def _privacy_requests(user: User) -> None:
    request = intake.open_request(
        kind=Kind.ACCESS,
        name=user.name,
        email=user.email,
        text=f"What do you hold about {user.username}?",
        channel=Channel.FORM,
    )
    staff = User.objects.get(username="editor")
    services.record_proof(request, by=staff, how=f"{user.name} came in person")
    with patch.object(export_files, "stream_export", _short_copy):
        export_files.make_export(request, by=staff)
    task = services.tell_vendor(request, by=staff, vendor="mail", due_on=timezone.localdate())
    services.vendor_done(task, by=staff, evidence=f"Letter about {user.username}")
    keep_scan(request, b"%PDF-1.7 a letter")
    handling.note(request, by=staff, text=f"{user.name} called")
    # In use no more: of all other requests it is not asked.
    crm, _ = OutsideSystem.objects.update_or_create(name="The CRM", defaults={"is_used": True})
    outside_systems.check_system(
        request, by=staff, system="The CRM", evidence=f"Blocked {user.username} there"
    )
    crm.is_used = False
    crm.save()


def _documents(user: User) -> None:
    version = DocumentVersion.objects.select_related("document").order_by("pk")[0]
    DownloadRecord.objects.create(user=user, version=version)
    watch = Watch.objects.create(user=user, document=version.document)
    WatchNotice.objects.create(watch=watch, version=version)


def _mail_and_messages(user: User) -> None:
    EmailMessage("To you", f"Dear {user.name}", to=[user.email]).send()
    message = receive_message(
        Submission(
            name=user.name,
            email=user.email,
            phone=user.phone,
            message=f"A question from {user.username}",
            wants_contact=True,
            photos=(f"A photo of {user.username}".encode(),),
        )
    )
    ContactMessage.objects.filter(pk=message.pk).update(
        answer_note=f"Called {user.name}", received_at=timezone.now() - timedelta(days=1)
    )
    OrderState.objects.create(
        order_number=f"PO of {user.username}", email=user.email, state="In production"
    )
    MessageNote.objects.create(message=message, text=f"{user.name} called back")
    MessageReply.objects.create(
        message=message, kind="sent", text=f"Dear {user.name}", header_id=f"<{message.reference}@x>"
    )
    ReplyDraft.objects.create(message=message, text=f"Dear {user.name} again")
