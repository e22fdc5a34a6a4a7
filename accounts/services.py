"""What is written about people: profile, sessions, staff accounts. Deletion is in `erasure`."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import ConfirmedAddress, PolicyAcceptance, Registration, Session, User
from accounts.shown_policies import ShownPolicies
from privacy.consent.personal_services import (
    accept_newsletter,
    object_to_sharing,
    refuse_newsletter,
    withdraw_group,
)
from privacy.consent.refusals import refusals_of_person
from privacy.datamap.subjects import Subject, keyed_hash, keyed_hashes
from sens_site.lib.email_address import as_stored, canonical
from sens_site.lib.http.database_wait import at_once

NOTED_EACH = timedelta(hours=1)
RESET_RIGHT = "accounts.reset_second_factor"
ADDRESSES_A_PAGE = 2000


@transaction.atomic
def complete_registration(
    user: User, *, shown: ShownPolicies, marketing: bool, **profile: str
) -> None:
    """Add what registration asks beside the credentials, and which versions its page named.

    The terms are accepted. The privacy policy is shown: version 2 says that use is no agreement.
    """
    change_profile(user, marketing=marketing, **profile)
    for version, kind in (
        (shown.terms, PolicyAcceptance.Kind.ACCEPTED),
        (shown.privacy, PolicyAcceptance.Kind.SHOWN),
    ):
        if version is not None:
            PolicyAcceptance.objects.get_or_create(
                user=user, version=version, defaults={"kind": kind}
            )


@transaction.atomic
def change_profile(user: User, *, marketing: bool, **profile: str) -> None:
    """Store all of `User.PROFILE`. A "yes" to marketing keeps the day it was given."""
    for name in User.PROFILE:
        setattr(user, name, profile[name])
    if marketing and user.marketing_opt_in_at is None:
        user.marketing_opt_in_at = timezone.now()
        accept_newsletter(user)
    elif not marketing and user.marketing_opt_in_at is not None:
        user.marketing_opt_in_at = None
        refuse_newsletter(user)
    user.save(update_fields=[*User.PROFILE, "marketing_opt_in_at"])


@transaction.atomic
def heed_objection(subject: Subject) -> None:
    """Stop what a person who objects may stop at once: sale, sharing and marketing mail."""
    user = User.objects.filter(pk=subject.user_id or 0).first()
    if user is None:
        return
    object_to_sharing(user)
    refuse_newsletter(user)
    user.marketing_opt_in_at = None
    user.save(update_fields=["marketing_opt_in_at"])


def correctable_profile(subject: Subject) -> dict[str, str]:
    """Return what a person has said of themselves; empty where there is no account."""
    user = User.objects.filter(pk=subject.user_id or 0).first()
    return {} if user is None else {name: getattr(user, name) for name in User.PROFILE}


@transaction.atomic
def correct_profile(subject: Subject, values: Mapping[str, str]) -> None:
    """Store what is right, at the request of the person. It changes no "yes" to marketing."""
    user = User.objects.select_for_update().get(pk=subject.user_id or 0)
    for name in User.PROFILE:
        setattr(user, name, values[name])
    user.save(update_fields=[*User.PROFILE])


def wants_marketing(subject: Subject) -> bool:
    return User.objects.filter(pk=subject.user_id or 0, marketing_opt_in_at__isnull=False).exists()


@transaction.atomic
def stop_marketing(subject: Subject) -> None:
    """Write no more marketing mail to a person, whoever enters the address."""
    user = User.objects.select_for_update().get(pk=subject.user_id or 0)
    user.marketing_opt_in_at = None
    user.save(update_fields=["marketing_opt_in_at"])
    refuse_newsletter(user)


def allows_group(key: str, subject: Subject) -> bool:
    """Tell whether a person's account leaves it to each browser whether a group of cookies is on."""
    user = User.objects.filter(pk=subject.user_id or 0).first()
    return user is not None and all(
        said.count <= said.allowed_after for said in refusals_of_person(user) if said.group == key
    )


def stop_group(key: str, subject: Subject) -> None:
    """Switch a group of cookies off on every device on which the person logs in."""
    withdraw_group(User.objects.get(pk=subject.user_id or 0), key)


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


def end_all_sessions() -> int:
    """Log everybody out; return how many sessions there were."""
    return Session.objects.all().delete()[0]


def note_use(*, session_key: str, last: datetime) -> None:
    """Remember that a session was used, at most once an hour.

    What was sent is done by now: that this could not be noted is no reason to say otherwise.
    """
    now = timezone.now()
    if now - last < NOTED_EACH:
        return
    with suppress(DatabaseError), at_once():
        Session.listed.filter(session_key=session_key).update(last_used_at=now)


@transaction.atomic
def set_verified_address(user: User, *, email: str) -> None:
    """Give a person one e-mail address that staff vouch for, instead of all it had."""
    EmailAddress.objects.filter(user=user).delete()
    Registration.objects.filter(user=user).delete()
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
def invite(user: User) -> None:
    """Mail a link by which somebody whom staff have entered chooses a password.

    Until then nobody can log in. The link is that of a forgotten password, and lives as long.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
    set_verified_address(user, email=user.email)
    mail_password_link(user, template="account/email/invitation")


def mail_password_link(user: User, *, template: str = "account/email/password_reset_key") -> None:
    """Mail the link behind which the owner of an account chooses a password."""
    adapter = get_adapter()
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    url = adapter.get_reset_password_from_key_url(key)
    adapter.send_mail(template, user.email, {"user": user, "password_reset_url": url})


class NoResetError(Exception):
    """A second factor that cannot be taken away, and why."""


@transaction.atomic
def reset_second_factor(user: User, *, by: User) -> None:
    """Take away a second factor that its owner has lost. It takes two persons."""
    if user.pk == by.pk:
        raise NoResetError("Nobody resets their own second factor: ask a colleague.")
    if not (by.is_active and by.is_staff and by.has_perm(RESET_RIGHT)):
        raise NoResetError(f"{by.username} may not reset second factors.")
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise NoResetError(f"{user.username} has no second factor.")
    end_other_sessions(user, keep=None)
    get_adapter().send_mail("account/email/second_factor_reset", user.email, {"user": user})


@transaction.atomic
def create_staff(*, username: str, email: str, password: str) -> User:
    """Make an account with all rights. Its second factor is set up at the first log-in."""
    user = User(username=username, email=as_stored(email), is_staff=True, is_superuser=True)
    user.set_password(password)
    user.full_clean()
    user.save()
    set_verified_address(user, email=email)
    return user


def verified_addresses(after: int = 0) -> Iterator[tuple[int, str]]:
    """Yield number and main address of each active account with a greater number, verified only.

    By pages: whoever writes meanwhile must not do so beside an open cursor.
    """
    addresses = EmailAddress.objects.filter(verified=True, primary=True, user__is_active=True)
    rows, last = addresses.order_by("user").values_list("user", "email"), after
    while page := list(rows.filter(user__gt=last)[:ADDRESSES_A_PAGE]):
        yield from page
        last = page[-1][0]


def staff_without_second_factor() -> list[str]:
    """Return the usernames of colleagues who log in with a password alone."""
    with_one = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values("user")
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(pk__in=with_one)
    return list(staff.order_by("username").values_list("username", flat=True))


@transaction.atomic
def choose_mail(person: User, *, daily: bool) -> None:
    """Let a colleague have mails about work at once or once a day. There is no third way."""
    person.mail_daily = daily
    person.save(update_fields=["mail_daily"])
