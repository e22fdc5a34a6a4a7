"""How a person's rows are found and erased where a foreign key does not tell."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from accounts.models import Session, User
from privacy.datamap.subjects import Subject, normalise

ERASED = "a deleted account"
ERASED_DOMAIN = "erased.invalid"


def subject_of(user: User) -> Subject:
    """Return the person behind an account. Only verified addresses count as theirs."""
    rows = list(EmailAddress.objects.filter(user=user).values_list("email", "verified"))
    verified = {normalise(email) for email, proven in rows if proven}
    typed = {normalise(email) for email, _ in rows} | {normalise(user.email)}
    others = EmailAddress.objects.exclude(user=user).filter(verified=True)
    taken = {
        normalise(email)
        for address in typed - verified
        for email in others.filter(email__iexact=address).values_list("email", flat=True)
    }
    return Subject(
        user_id=user.pk,
        username=user.username,
        name=user.name,
        account_mark=f"{user.pk}:{user.date_joined.isoformat()}",
        addresses=frozenset(verified),
        claimed=frozenset(typed - verified - taken - {""}),
        is_staff=user.is_staff or user.is_superuser,
    )


def user_by_address(address: str) -> User | None:
    """Return the account that has verified an address."""
    found = EmailAddress.objects.filter(email__iexact=normalise(address), verified=True)
    row = found.select_related("user").first()
    return None if row is None else row.user


def all_users() -> Iterable[User]:
    """Return every account, one at a time."""
    return User.objects.order_by("pk").iterator()


def session_text(data: str) -> str:
    """Return what a session holds, which its stored form hides from a search."""
    store = Session.get_session_store_class()()
    return repr(store.decode(data))


def sessions_of(subject: Subject) -> Q | None:
    """Select sessions that name the person without belonging to the account."""
    names = {*subject.addresses, *subject.claimed}
    # They live for an hour and do not say since when: an erasure that is done again days later
    # could only meet those of whoever registered anew.
    if not names or (subject.before is not None and subject.user_id is None):
        return None
    loose = Session.objects.filter(user=None).values_list("pk", "session_data")
    keys = [
        key
        for key, data in loose.iterator()
        for text in (session_text(data).lower(),)
        if any(name in text for name in names)
    ]
    return Q(pk__in=keys)


def admin_log_about(subject: Subject) -> Q | None:
    """Select notes of the admin that are about the person, or by them."""
    found = Q(pk__in=[])
    if subject.user_id is not None:
        accounts = ContentType.objects.get_for_model(User)
        found |= Q(user_id=subject.user_id)
        found |= Q(content_type=accounts, object_id=str(subject.user_id))
        found |= Q(object_repr=subject.username)
    for address in subject.addresses | subject.claimed:
        found |= Q(object_repr__icontains=address) | Q(change_message__icontains=address)
    if subject.before is not None:
        found &= Q(action_time__lte=subject.before)
    return found


def erase_admin_log(subject: Subject, rows: Any) -> int:
    """Take the person out of the admin's notes, and let what staff did stand under a pseudonym.

    A log entry goes with the account of who made it, so the entries of a member of staff are
    handed over to an account that nobody can use and that names nobody.
    """
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        return 0
    entries = LogEntry.objects.filter(pk__in=keys)
    account = subject.user_id or 0
    by_them = entries.filter(user_id=account)
    about = entries.exclude(user_id=account)
    own = entries.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(subject.user_id)
    )
    for found in (about, own):
        found.update(object_id=None, object_repr=ERASED, change_message="")
    for address in subject.addresses | subject.claimed:
        entries.filter(
            Q(object_repr__icontains=address) | Q(change_message__icontains=address)
        ).update(object_repr=ERASED, change_message="")
    if subject.user_id is not None and by_them.exists():
        by_them.update(user=pseudonym_of(subject))
    return len(keys)


def pseudonym_of(subject: Subject) -> User:
    """Return the account that stands for a former member of staff: one each, unusable, nameless."""
    name = f"erased-{subject.reference}"
    user, created = User.objects.get_or_create(
        username=name,
        defaults={"email": f"{name}@{ERASED_DOMAIN}", "is_active": False},
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
