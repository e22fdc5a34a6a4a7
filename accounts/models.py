"""The user, the session, and what a person has accepted."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.text import capfirst

from accounts.validators import one_spelling, username_characters, username_not_reserved
from privacy.datamap.periods import Period
from sens_site.lib.email_address import as_stored
from sens_site.lib.email_field import CanonicalEmailField

USERNAME_MAX = 40
KEY_START = "idle-notice-"
UNCONFIRMED = Period(days=7)


class PersonManager(UserManager["User"]):
    """Creates people. Addresses are stored in the one spelling in which they are looked up."""

    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the canonical address; every way to make an account asks here."""
        return as_stored(email or "")

    # Django's own hash the password as it comes, and ask no method of the user.

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        return super().create_user(username, email, _spelled(password), **fields)

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        return super().create_superuser(username, email, _spelled(password), **fields)


def _spelled(password: str | None) -> str | None:
    return None if password is None else one_spelling(password)


class User(AbstractUser):
    """A registered customer or a member of staff. Holds only what the policy names."""

    first_name = None  # type: ignore[assignment]  # Django's way to leave an inherited field out
    last_name = None  # type: ignore[assignment]  # see above
    username = models.CharField(
        max_length=USERNAME_MAX,
        unique=True,
        validators=[username_characters, username_not_reserved],
        help_text="3 to 40 letters, digits, dots, hyphens or underscores.",
        error_messages={"unique": "That username is taken. Choose another one"},
    )
    email = CanonicalEmailField("email address")
    name = models.CharField(max_length=150, blank=True)
    company = models.CharField(max_length=150, blank=True)
    position = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    # When the person asked for marketing mail; empty for everybody who did not.
    marketing_opt_in_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Of staff: mails about their work come in one mail each morning. Nobody can have none.
    mail_daily = models.BooleanField("one mail a day", default=False, editable=False)

    # What people may say of themselves. Forms, services and pages go by this list, in its order.
    PROFILE = ("name", "company", "position", "phone")

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        permissions = (("reset_second_factor", "Can reset the second factor of a colleague"),)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_any_case",
                violation_error_message="That username is taken. Choose another one",
            ),
            models.UniqueConstraint(
                fields=["email"],
                name="user_email_once",
                violation_error_message="Another account has this email address",
            ),
        ]

    def set_password(self, raw_password: str | None) -> None:
        """Hash the one spelling of a password."""
        super().set_password(_spelled(raw_password))

    def check_password(self, raw_password: str) -> bool:
        """Compare the one spelling of a password, whichever keyboard it was typed on."""
        return super().check_password(one_spelling(raw_password))

    def get_full_name(self) -> str:
        """Return the name the person gave, or the username."""
        return self.name or self.username

    def get_short_name(self) -> str:
        """Return the same: people with one name have no shorter one."""
        return self.get_full_name()

    @property
    def profile(self) -> dict[str, str]:
        """What the person has said, by the words that a page calls it."""
        called = {name: self._meta.get_field(name).verbose_name for name in self.PROFILE}  # type: ignore[union-attr]  # columns have one
        return {capfirst(str(said)): getattr(self, name) for name, said in called.items()}


class SessionQuerySet(models.QuerySet["Session"]):
    """Reads of sessions."""

    def of(self, user: User) -> "SessionQuerySet":
        """Where somebody is signed in now, newest first."""
        return self.filter(
            user=user, signed_in_at__isnull=False, expire_date__gt=timezone.now()
        ).order_by("-signed_in_at")


class Session(AbstractBaseSession):
    """A session that knows its user, so that it goes when the account goes.

    Also while a log-in still waits for the second factor: what it holds by then names the person.
    """

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    signed_in_at = models.DateTimeField(null=True)
    # When something was last sent from it, to the hour. Looking at pages is written nowhere.
    last_used_at = models.DateTimeField(default=timezone.now)
    # "Firefox on Windows": enough to tell one's devices apart. No address, no full user agent.
    device = models.CharField(max_length=40, blank=True)

    listed = SessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"session {self.handle[:8]}"  # Django's own would be the key

    @property
    def handle(self) -> str:
        """A name for the session that may stand in a page, unlike its key, which opens it."""
        return salted_hmac("accounts.session", self.session_key).hexdigest()[:32]

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return the engine that writes these rows."""
        engine: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return engine


class PolicyAcceptance(models.Model):
    """Which terms a person accepted by registering, and which privacy policy was shown.

    A policy only says what is done with data: it is shown, and nobody is taken to agree to it.
    """

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", "accepted"
        SHOWN = "shown", "shown"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="acceptances")
    version = models.ForeignKey("policy.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "version"], name="acceptance_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["accepted", "shown"]), name="acceptance_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"acceptance {self.pk}"


def registration_ends_at() -> datetime:
    """Return until when a registration of this moment waits for its confirmation."""
    return UNCONFIRMED.after(timezone.now())


class Registration(models.Model):
    """An account whose address has never been confirmed. Goes with the confirmation.

    Until then a username is held for a week at most, and the address may be corrected.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="registration")
    # Of the address as it was typed last, which may be another person's: then nothing else says it.
    address_hash = models.CharField(max_length=64)
    corrections = models.PositiveSmallIntegerField(default=0)
    ends_at = models.DateTimeField(default=registration_ends_at)

    def __str__(self) -> str:
        return f"registration {self.pk}"


class IdleNotice(models.Model):
    """An account that has been idle for a year is told so. Goes when its person signs in.

    Nobody has been told before the mail server has taken the mail: it may wait, or be parked.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+", editable=False)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"idle notice {self.pk}"

    @property
    def mail_key(self) -> str:
        """Under which the outbox stores the mail once."""
        return f"{KEY_START}{self.pk}"


class ConfirmedAddress(models.Model):
    """A keyed hash of each address that a person has ever confirmed, and until when it was theirs.

    What was written under a former address is found by it, without keeping the address itself.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="confirmed_addresses")
    address_hash = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(default=timezone.now)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["confirmed_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "address_hash"], name="confirmed_address_once")
        ]

    def __str__(self) -> str:
        return f"confirmed address {self.pk}"
