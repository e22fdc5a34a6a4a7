"""How a person's rows are found and erased where a foreign key does not tell."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from accounts.models import ConfirmedAddress, Session, User
from audit_log.models import AuditEntry
from privacy.datamap.registry import personal_entries
from privacy.datamap.rows import known_addresses, rows_of
from privacy.datamap.subjects import Subject, account_mark, keyed_hashes
from sens_site.lib.email_address import as_stored, found_in
from sens_site.lib.written_query import WrittenQuery

TRAILS = (LogEntry, AuditEntry)
ERASED = "a deleted account"
ERASED_DOMAIN = "erased.invalid"


class Told(models.IntegerChoices):
    """What one row says of an address."""

    VERIFIED = 1
    TYPED = 2
    TAKEN = 3
    FORMER = 4


def _known_of(user_id: int, email: str) -> "QuerySet[Any, Any]":
    """Say all of a person's addresses in one statement: what it says, which one, until when."""
    no_end = Cast(Value(None), models.DateTimeField())  # PostgreSQL takes a bare NULL for a text
    addresses = EmailAddress.objects.order_by()
    own = addresses.filter(user=user_id)
    typed = own.filter(verified=False).values("email")
    taken = addresses.filter(verified=True).exclude(user=user_id)
    former = ConfirmedAddress.objects.order_by().filter(user=user_id, replaced_at__isnull=False)
    said = Case(When(verified=True, then=Value(Told.VERIFIED)), default=Value(Told.TYPED))
    return own.values_list(said, "email", no_end).union(
        taken.filter(Q(email=email) | Q(email__in=typed)).values_list(
            Value(Told.TAKEN), "email", no_end
        ),
        former.values_list(Value(Told.FORMER), "address_hash", "replaced_at"),
        all=True,
    )


_known = WrittenQuery(_known_of)
_verified = WrittenQuery(
    lambda user_id: (
        EmailAddress.objects.order_by().filter(user=user_id, verified=True).values_list("email")
    )
)


def subject_of(user: User) -> Subject:
    """Return the person behind an account. Only verified addresses count as theirs."""
    rows = _known(user.pk, user.email)
    verified, typed, taken = (
        {address for told, address, _ in rows if told == kind}
        for kind in (Told.VERIFIED, Told.TYPED, Told.TAKEN)
    )
    until = {address: at for told, address, at in rows if told == Told.FORMER}
    return Subject(
        user_id=user.pk,
        username=user.username,
        name=user.name,
        account_mark=account_mark(user),
        addresses=frozenset(verified),
        claimed=frozenset((typed | {user.email}) - verified - taken - {""}),
        former=frozenset(_former_addresses(until)),
        is_staff=user.is_staff or user.is_superuser,
    )


def proven_addresses(user: User) -> frozenset[str]:
    """Return the addresses that a person has verified, where no more of the person is asked."""
    return frozenset(address for (address,) in _verified(user.pk))


def _former_addresses(until: Mapping[str, datetime]) -> Iterator[tuple[str, datetime]]:
    """Yield the addresses that were the person's, as far as they still stand anywhere."""
    if not until:
        return
    for address in set(known_addresses()):
        for key in keyed_hashes("address", address) & until.keys():
            yield address, until[key]


def user_by_address(address: str) -> User | None:
    """Return the account that has verified an address."""
    found = EmailAddress.objects.filter(email=as_stored(address), verified=True)
    row = found.select_related("user").first()
    return None if row is None else row.user


def keys_by_address(addresses: Iterable[str]) -> dict[str, int]:
    """Return the accounts that have verified some addresses, by these."""
    asked = [as_stored(address) for address in addresses]
    found = EmailAddress.objects.filter(email__in=asked, verified=True)
    return dict(found.values_list("email", "user_id"))


def all_users() -> Iterable[User]:
    """Return every account, one at a time."""
    return User.objects.order_by("pk").iterator()


def session_text(data: str) -> str:
    """Return what a session holds, which its stored form hides from a search."""
    store = Session.get_session_store_class()()
    return repr(store.decode(data))


def sessions_of(subject: Subject) -> Q | None:
    """Select sessions that name the person without belonging to the account."""
    names = subject.names
    # They live for an hour and do not say since when: an erasure that is done again days later
    # could only meet those of whoever registered anew.
    if not names or (subject.before is not None and subject.user_id is None):
        return None
    loose = Session.objects.filter(user=None).values_list("pk", "session_data")
    keys = [
        key
        for key, data in loose.iterator()
        for text in (session_text(data),)
        if any(found_in(name, text) for name in names)
    ]
    return Q(pk__in=keys)


def admin_log_about(subject: Subject) -> Q | None:
    """Select notes of the admin that are about the person or something of theirs, or by them."""
    found = Q(pk__in=_naming(subject, LogEntry.objects.all()))
    if subject.user_id is not None:
        found |= Q(user_id=subject.user_id)
    noted = set(LogEntry.objects.order_by().values_list("content_type_id", flat=True).distinct())
    labels = {
        model._meta.label: one
        for one in (ContentType.objects.get_for_id(pk) for pk in noted if pk)
        if (model := one.model_class()) is not None
    }
    for label, keys in _rows_in(labels, subject):
        found |= Q(content_type=labels[label], object_id__in=keys)
    if subject.before is not None:
        found &= Q(action_time__lte=subject.before)
    return found


def audit_trail_about(subject: Subject) -> Q | None:
    """Select entries of who did what: by the person, or about something of theirs."""
    found = _about_rows_of(subject)
    if subject.user_id is not None:
        found |= Q(actor_id=subject.user_id)
    if subject.before is not None:
        found &= Q(at__lte=subject.before)
    return found


def _about_rows_of(subject: Subject) -> Q:
    found = Q(pk__in=[])
    noted = AuditEntry.objects.exclude(row=None).order_by().values_list("table", flat=True)
    for label, keys in _rows_in(set(noted.distinct()), subject):
        found |= Q(table=label, row__in=keys)
    return found


def _rows_in(labels: Container[str], subject: Subject) -> Iterator[tuple[str, list[str]]]:
    """Yield the tables of which a note speaks and that hold rows of the person, with their keys."""
    for entry in personal_entries():
        if entry.label not in labels or entry.model in TRAILS:
            continue
        keys = [str(key) for key in rows_of(entry, subject).values_list("pk", flat=True)]
        if keys:
            yield entry.label, keys


def erase_audit_trail(subject: Subject, rows: Any) -> int:
    """Leave the pseudonym of who acted, and of a row no more than its table."""
    keys = list(rows.values_list("pk", flat=True))
    entries = AuditEntry.objects.filter(pk__in=keys)
    entries.filter(_about_rows_of(subject)).update(row=None)
    if subject.user_id is not None:
        entries.filter(actor_id=subject.user_id).update(actor=None)
    return len(keys)


def forget_in_trails(accounts: Iterable[int]) -> None:
    """Leave of what staff noted about some accounts that something was done, and not to whom."""
    rows = [str(key) for key in accounts]
    AuditEntry.objects.filter(table=User._meta.label, row__in=rows).update(row=None)
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about, object_id__in=rows).update(
        object_id=None, object_repr=ERASED, change_message=""
    )


def _naming(subject: Subject, entries: QuerySet[LogEntry]) -> list[int]:
    """Return the keys of notes in whose words an address of the person stands whole."""
    with_words = entries.filter(Q(object_repr__contains="@") | Q(change_message__contains="@"))
    rows = with_words.values_list("pk", "object_repr", "change_message").iterator()
    return [
        pk for pk, *words in rows if any(found_in(name, "\n".join(words)) for name in subject.names)
    ]


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
    named = entries.filter(pk__in=_naming(subject, entries))
    named.update(object_repr=ERASED, change_message="")
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
