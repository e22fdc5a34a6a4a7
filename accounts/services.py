"""What is written about people: profile, sessions, staff accounts. Deletion is in `erasure`."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import ConfirmedAddress, PolicyAcceptance, Session, User
from privacy.datamap.subjects import keyed_hash, keyed_hashes
from privacy.policy.models import PRIVACY, TERMS, PolicyVersion
from sens_site.lib.email_address import as_stored, canonical

ADDRESSES_A_PAGE = 2000


@transaction.atomic
def complete_registration(user: User, *, marketing: bool, **profile: str) -> None:
    """Add what registration asks beside the credentials, and which policies were accepted."""
    change_profile(user, marketing=marketing, **profile)
    for slug in (TERMS, PRIVACY):
        version = PolicyVersion.objects.in_force(slug)
        if version is not None:
            PolicyAcceptance.objects.create(user=user, version=version)


@transaction.atomic
def change_profile(user: User, *, marketing: bool, **profile: str) -> None:
    """Store all of `User.PROFILE`. A "yes" to marketing keeps the day it was given."""
    for name in User.PROFILE:
        setattr(user, name, profile[name])
    if not marketing:
        user.marketing_opt_in_at = None
    elif user.marketing_opt_in_at is None:
        user.marketing_opt_in_at = timezone.now()
    user.save(update_fields=[*User.PROFILE, "marketing_opt_in_at"])


@transaction.atomic
def end_session(user: User, *, handle: str) -> bool:
    """Sign a person out on one device; return whether there was such a session."""
    for session in Session.listed.of(user):
        if session.handle == handle:
            session.delete()
            return True
    return False


@transaction.atomic
def end_other_sessions(user: User, *, keep: str | None) -> int:
    """Sign a person out everywhere but in the session with this key; return how often."""
    ended, _ = Session.listed.filter(user=user).exclude(session_key=keep or "").delete()
    return ended


@transaction.atomic
def set_verified_address(user: User, *, email: str) -> None:
    """Give a person one e-mail address that staff vouch for, instead of all it had."""
    EmailAddress.objects.filter(user=user).delete()
    user.email = canonical(email)
    user.save(update_fields=["email"])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    note_confirmed_address(user, email=user.email)


@transaction.atomic
def note_confirmed_address(user: User, *, email: str) -> None:
    """Remember by its hash that an address is the person's from now on, and no other any more."""
    now, hashes = timezone.now(), keyed_hashes("address", as_stored(email))
    rows = ConfirmedAddress.objects.filter(user=user)
    rows.exclude(address_hash__in=hashes).filter(replaced_at=None).update(replaced_at=now)
    if not rows.filter(address_hash__in=hashes).update(replaced_at=None):
        newest = keyed_hash("address", as_stored(email))
        ConfirmedAddress.objects.create(user=user, address_hash=newest, confirmed_at=now)


@transaction.atomic
def create_staff(*, username: str, email: str, password: str) -> User:
    """Make an account with all rights. Its second factor is set up at the first log-in."""
    user = User(username=username, email=as_stored(email), is_staff=True, is_superuser=True)
    user.set_password(password)
    user.full_clean()
    user.save()
    set_verified_address(user, email=email)
    return user


def verified_addresses() -> Iterator[str]:
    """Yield the main address of each active account, verified ones only.

    By pages: whoever writes meanwhile must not do so beside an open cursor.
    """
    addresses = EmailAddress.objects.filter(verified=True, primary=True, user__is_active=True)
    rows, last = addresses.order_by("pk").values_list("pk", "email"), 0
    while page := list(rows.filter(pk__gt=last)[:ADDRESSES_A_PAGE]):
        yield from (email for _, email in page)
        last = page[-1][0]
