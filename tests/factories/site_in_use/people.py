"""Colleagues of each role, some of them former, and customers of every kind."""

from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts import services
from accounts.erasure import erase_account
from accounts.models import ConfirmedAddress, Registration, Session, User
from accounts.shown_policies import ShownPolicies
from privacy.consent.personal_services import object_to_sharing, refuse_newsletter, withdraw_group
from privacy.datamap.subjects import keyed_hash
from tests.factories.people import PASSWORD, TOTP_SECRET
from tests.factories.site_in_use.clock import NAMES, days_ago, spread

COLLEAGUES = (
    "Owner", "Owner", "Editor", "Newsletter editor", "Webmaster", "Webmaster",
    "Privacy officer", "Privacy officer", "Editor", "Webmaster",
)  # fmt: skip
OWNER, OTHER_OWNER, EDITOR, WRITER, WEBMASTER, DAILY, OFFICER, DEPUTY, FORMER, GONE = range(10)
DOMAINS = ("customer.example", "Big.Corp.EXAMPLE", "müller.example", "xn--mller-kva.example")
LOCALS = ("user", "First.Last+tag", "U", "o'neil", "USER")
CUSTOMERS, UNCONFIRMED = 48, 4


def employ() -> list[User]:
    """Employ colleagues, each with a second factor and signed in yesterday."""
    staff = []
    for number, role in enumerate(COLLEAGUES):
        with days_ago(spread(number, len(COLLEAGUES), first=720, last=200)):
            name = f"colleague{number}"
            one = services.create_staff(
                username=name, email=f"{name}@company.example", password=PASSWORD
            )
            services.note_confirmed_address(one, email=one.email)
            one.name = NAMES[number]
            one.is_superuser = role == "Owner"
            one.save()
            if role != "Owner":
                one.groups.add(Group.objects.get(name=role))
            _add_factors(one, used=3)
        with days_ago(1):
            _sign_in(one)
        staff.append(one)
    services.choose_mail(staff[DAILY], daily=True)
    return staff


def leave(staff: list[User]) -> None:
    """Let some colleagues go: one has lost his rights, one is locked out, one is deleted."""
    staff[FORMER].groups.clear()
    User.objects.filter(pk__in=[staff[FORMER].pk, staff[GONE].pk]).update(is_staff=False)
    User.objects.filter(pk=staff[GONE].pk).update(is_active=False)
    staff[OTHER_OWNER].delete()
    fairs = Group.objects.create(name="Fairs & <b>trade</b>")
    fairs.permissions.add(*Permission.objects.filter(codename__in=["view_newsitem", "view_page"]))
    staff[EDITOR].groups.add(fairs)


def register() -> list[User]:
    """Return the customers who have confirmed their addresses; a few more have not yet."""
    shown = ShownPolicies.in_force()
    customers = []
    for number in range(CUSTOMERS):
        confirmed = number >= UNCONFIRMED
        joined = spread(number, CUSTOMERS) if confirmed else number + 0.5
        with days_ago(joined):
            user = _registered(number, shown, confirmed=confirmed)
        if confirmed:
            with days_ago(min(joined - 1, number * 7)):
                _sign_in(user, stays=number % 4 == 0)
            _use_account(user, number)
            customers.append(user)
    for idle in customers[-2:]:
        with days_ago(370):
            User.objects.filter(pk=idle.pk).update(
                date_joined=timezone.now(), last_login=timezone.now(), marketing_opt_in_at=None
            )
    return customers


def _registered(number: int, shown: ShownPolicies, *, confirmed: bool) -> User:
    """Fill in the form of registration, and press the link in the mail."""
    user = User.objects.create_user(
        username=f"cust.{number}" if number % 2 else f"Kunde_{number}",
        email=f"{LOCALS[number % 5]}{number}@{DOMAINS[number % 4]}",
        password=PASSWORD if number % 5 else None,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=confirmed, primary=True)
    services.complete_registration(
        user,
        shown=shown,
        marketing=number % 3 == 0,
        name="" if number % 10 == 9 else NAMES[number % len(NAMES)],
        company=("", "<b>Big & Co</b>", "Müller GmbH")[number % 3],
        position=("", "Engineer")[number % 2],
        phone=("", "+1 303 555 0100", "call my desk")[number % 3],
    )
    if confirmed:
        services.note_confirmed_address(user, email=user.email)
    else:
        hashed = keyed_hash("registration", user.email)
        Registration.objects.create(user=user, address_hash=hashed)
    return user


def _use_account(user: User, number: int) -> None:
    if number % 7 == 0:
        EmailAddress.objects.create(
            user=user, email=f"second{number}@customer.example", verified=False, primary=False
        )
        former = keyed_hash("address", f"old{number}@former.example")
        ConfirmedAddress.objects.create(
            user=user,
            address_hash=former,
            confirmed_at=user.date_joined,
            replaced_at=timezone.now(),
        )
    if number % 8 == 0:
        _add_factors(user, used=0)
    if number % 10 == 0:
        key = {"name": "<b>Key</b>", "credential": {"id": f"id{number}"}}
        Authenticator.objects.create(user=user, type="webauthn", data=key)
    if number % 11 == 0:
        object_to_sharing(user)
        withdraw_group(user, "analytics")
        if user.marketing_opt_in_at:
            services.change_profile(
                user, marketing=False, **{name: getattr(user, name) for name in User.PROFILE}
            )
        else:
            refuse_newsletter(user)


def _add_factors(user: User, *, used: int) -> None:
    secret, seed = {"secret": encrypt(TOTP_SECRET)}, {"seed": encrypt("seed"), "used_mask": used}
    Authenticator.objects.create(user=user, type="totp", data=secret)
    Authenticator.objects.create(user=user, type="recovery_codes", data=seed)


def _sign_in(user: User, *, stays: bool = True) -> None:
    """Sign in now. Who stays signed in has a session, as long as that lasts."""
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    if stays:
        store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        rows = Session.listed.filter(session_key=store.session_key)
        rows.update(device="Firefox on Windows")


def erase_some(customers: list[User]) -> None:
    """Let some customers delete their accounts, long ago and today; they are taken off the list."""
    for days in (300, 100, 40, 0):
        with days_ago(days):
            erase_account(customers.pop(26))
