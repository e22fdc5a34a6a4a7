"""What the page "What we hold about you" lists of an account's own tables."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import BigIntegerField, Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import PolicyAcceptance, Session, User
from sens_site.lib.own_rows import Columns, OwnRow, OwnRows, Person, own_rows, written_rows

CONFIRMED = "confirmed"


@own_rows("addresses")
def addresses(person: Person) -> tuple[QuerySet[EmailAddress], Columns]:
    """Return the addresses, the one that counts as number 0."""
    confirmed = Case(When(verified=True, then=Value(CONFIRMED)), default=Value(""))
    number = Case(
        When(primary=True, then=Value(0)), default=F("pk"), output_field=BigIntegerField()
    )
    rows = EmailAddress.objects.filter(user=person.user_id)
    return rows, {"title": "email", "detail": confirmed, "number": number}


@own_rows("sessions")
def sessions(person: Person) -> tuple[QuerySet[Session], Columns]:
    """Return where somebody is signed in now."""
    rows = Session.objects.filter(
        user=person.user_id, signed_in_at__isnull=False, expire_date__gt=person.now
    )
    return rows, {"title": "device", "at": "signed_in_at", "until": "last_used_at"}


@own_rows("acceptances")
def acceptances(person: Person) -> tuple[QuerySet[PolicyAcceptance], Columns]:
    """Return the versions that were accepted or shown."""
    rows = PolicyAcceptance.objects.filter(user=person.user_id)
    return rows, {
        "title": "version__policy__title",
        "detail": "kind",
        "more": Cast("version__number", CharField()),
        "number": "pk",
        "at": "at",
    }


@own_rows("factors")
def factors(person: Person) -> tuple[QuerySet[Authenticator], Columns]:
    """Return the second factors by their kind, each with its last use."""
    rows = Authenticator.objects.filter(user=person.user_id)
    return rows, {"detail": "type", "number": "pk", "at": "created_at", "until": "last_used_at"}


_rows_of = written_rows(
    lambda user_id: (
        EmailAddress.objects.order_by().filter(user=user_id, verified=True).values("email")
    )
)


def rows_of(user: User) -> OwnRows:
    """Return all rows of a person, those of the account in the order in which they are shown."""
    found = _rows_of(user.pk, timezone.now())
    found["addresses"].sort(key=_number)
    found["sessions"].sort(key=_moment, reverse=True)
    found["acceptances"].sort(key=lambda row: (_moment(row), row.number))
    found["factors"].sort(key=_number)
    return found


def _number(row: OwnRow) -> int:
    return row.number


def _moment(row: OwnRow) -> Any:
    return row.at
