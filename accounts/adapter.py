"""Our choices where allauth asks for one."""

from collections.abc import Collection
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core import context as allauth_context
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts import registration, services
from accounts.desk_queries import has_app
from accounts.devices import device_label
from accounts.known_devices import known_device, remember_device
from accounts.models import User
from accounts.session_store import DEVICE
from accounts.validators import one_spelling
from audit_log.services import Kind, record
from privacy.consent.cookie_corrections import correct_for_newcomer
from sens_site.context import render_without_request
from sens_site.lib.email_address import AddressError, canonical
from sens_site.lib.forms.fields import EMAIL_FORMAT
from sens_site.lib.http.client_address import hashed_client
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.safe_next import mailable, stays_here
from sens_site.lib.secret_box import close, open_closed

NO_MATCH = "The username or email address and the password do not match"
TOO_MANY = "Too many attempts. Wait five minutes, then try again"
ANYWHERE = "login_failed_anywhere"
TOO_MANY_CODES = frozenset({"too_many_login_attempts", "rate_limited"})


class AccountAdapter(DefaultAccountAdapter):
    """Mail, redirects, sessions and words as this site wants them."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": NO_MATCH,
        "email_password_mismatch": NO_MATCH,
        "enter_current_password": "That is not the password you use now",
        "incorrect_password": "That is not your password",
        "duplicate_email": "That is the email address you have already",
        "username_taken": "That username is taken. Choose another one",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "invalid_password_reset": "This link is no longer valid",
    }

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: one address must not answer in two formats, as its page is kept for everyone."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Store no messages: they would put addresses into sessions. The next page says it."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return what stands for the client in the keys of rate limits: not its address.

        A browser in which the owner of the account has logged in before is a client of its own.
        """
        return known_device(request, self._login_in(request)) or hashed_client(request, "accounts")

    def _login_in(self, request: HttpRequest) -> str:
        """Return the name under which somebody logs in, or shows the password once more."""
        if request.user.is_authenticated:
            return request.user.get_username()
        return request.POST.get("login", "")

    # --- limits of log-in: no stranger keeps an owner out, and nobody guesses without end ---

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures by account and client together."""
        return f"{self.get_client_ip(request)}:{_login_of(credentials)}"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a password. While many guess at an account, it alone is not enough.

        Then the right one passes from a known device, or where a second factor is asked for next.
        From elsewhere it is answered in the same way and time as a wrong one, and counted alike.
        """
        crowded = not known_device(request, self._login_in(request)) and not ratelimit.consume(
            request, action=ANYWHERE, key=_login_of(credentials), dry_run=True
        )
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if not crowded or request.user.is_authenticated:
            return user
        number = user.pk if user else 0
        if Authenticator.objects.filter(user_id=number).exists():
            return user
        if user is not None:
            self.pre_authenticate(request, **credentials)  # allauth has taken its count back
        raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a stranger's failure for the account, whoever the stranger is."""
        if not known_device(request, self._login_in(request)):
            ratelimit.consume(request, action=ANYWHERE, key=_login_of(credentials))

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """Lead on, and know the browser from now on."""
        assert isinstance(user, User)  # noqa: S101 - for the type checker
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if not known_device(request, user.username):  # by the person who was here last
            correct_for_newcomer(request, response)
        remember_device(response, user)
        return response

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """Return nothing: our mails do not repeat it."""
        return ""

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Only the mailed link verifies; nothing is looked up in the session."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Lead on to a path of this site and to nothing else. allauth trips over `http://[`."""
        return stays_here(url)

    def unstash_verified_email(self, request: HttpRequest) -> None:
        """Leave the session alone: there is no other way to verify an address."""

    def clean_email(self, email: str) -> str:
        """Take the one spelling of a mailbox, and nothing that has none."""
        try:
            return canonical(email)
        except AddressError as error:
            raise ValidationError(EMAIL_FORMAT, code="invalid") from error

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """Judge a password in the spelling in which it is hashed: its length, too."""
        cleaned: str = super().clean_password(one_spelling(password), user)
        return cleaned

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """Confirm, and remember by a hash that the address was the person's."""
        registration.make_room_for(email_address.user, email=email_address.email)
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            services.note_confirmed_address(email_address.user, email=email_address.email)
        return confirmed

    def get_login_stages(self) -> list[str]:
        """A confirmed address, then the second factor."""
        return [
            "allauth.account.stages.EmailVerificationStage",
            "allauth.mfa.stages.AuthenticateStage",
        ]

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, note on which kind of device, and count it as a proof of who it is.

        allauth's guard counts only what was entered on the page that asks again. By now a second
        factor has been given too, where the account has one.
        """
        super().login(request, user)
        proofs = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        if proofs:
            proofs[-1]["reauthenticated"] = True
        request.session[DEVICE] = device_label(request.headers.get("User-Agent", ""))
        if user.is_staff:
            record(Kind.LOGGED_IN, "Logged in.", actor=user, place=request.path)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a new password and end every other session of the person."""
        assert isinstance(user, User)  # noqa: S101 - for the type checker
        super().set_password(user, password)
        request = allauth_context.request
        own = request is not None and request.user.pk == user.pk
        services.end_other_sessions(user, keep=request.session.session_key if own else None)

    # --- where to go next: pages that say what was done ---

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """After the button behind the mailed link."""
        request = allauth_context.request
        if request.user.is_authenticated:
            return with_notice(reverse("account_email"), "confirmed")
        onward = mailable(f"/{request.resolver_match.kwargs.get('onward', '')}/")
        return with_notice(leading_on(reverse("account_login"), onward), "confirmed")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """After a new password."""
        return with_notice(reverse("accounts:profile"), "password-changed")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """After leaving."""
        return with_notice(reverse("account_login"), "logged-out")

    # --- mail: text only, and links by the configured origin, never by the request's Host ---

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the address of the page with the confirm button.

        Where somebody registers for a document it leads on there, on whichever device it is opened.
        """
        onward = onward_of(request)
        if onward:
            key, path = emailconfirmation.key, onward.strip("/")
            return absolute("account_confirm_email_and_go_on", key, path)
        return absolute("account_confirm_email", emailconfirmation.key)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address of the page that takes a new password."""
        uidb36, _, token = key.partition("-")
        return absolute("account_reset_password_from_key", uidb36, token)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Store a mail. It needs no request, so that it can be written after a commit, too."""
        mail = self.render_mail(template_prefix, email, {**context, "email": email})
        if not registration.is_nobodys(email):
            mail.send()

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Write a plain text mail from `<prefix>_subject.txt` and `<prefix>_message.txt`."""
        words = {**context, "webmaster": settings.WEBMASTER_EMAIL}
        subject = " ".join(render_without_request(f"{template_prefix}_subject.txt", words).split())
        body = render_without_request(f"{template_prefix}_message.txt", words).strip() + "\n"
        to = [email] if isinstance(email, str) else email
        return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, to, headers=headers)


def _login_of(credentials: dict[str, Any]) -> str:
    login: str = credentials.get("email") or credentials.get("username") or ""
    return login.lower()


def onward_of(request: HttpRequest) -> str:
    """Return where somebody wants to go once they have an account, if it may stand in a mail."""
    return mailable(request.GET.get("next", ""))


def leading_on(path: str, onward: str) -> str:
    """Return the address of a page that leads on."""
    return f"{path}?{urlencode({'next': onward})}" if onward else path


def absolute(name: str, *args: str) -> str:
    """Return the full address of a page of ours, for a mail."""
    return f"{settings.SITE_ORIGIN}{reverse(name, args=args)}"


class SecondFactorAdapter(DefaultMFAAdapter):
    """The second factor in our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That code is not right. Codes change every 30 seconds; enter a new one",
        "cannot_generate_recovery_codes": "Set up an authenticator app first",
    }

    def is_mfa_enabled(
        self, user: AbstractBaseUser, types: Collection[Authenticator.Type] | None = None
    ) -> bool:
        """Tell whether a code is asked for: with an app. A passkey stands for password and code.

        Recovery codes alone are none: they outlive the app while there is a passkey.
        """
        asked = types is None or Authenticator.Type.TOTP in types
        return asked and has_app(user.pk)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the site as people know it."""
        return {
            **super().get_public_key_credential_rp_entity(),
            "name": settings.COMPANY.short_name,
        }

    def encrypt(self, text: str) -> str:
        """Keep the secrets of authenticator apps and recovery codes closed in the database."""
        return close(text, purpose="accounts.second_factor")

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` has closed."""
        return open_closed(encrypted_text, purpose="accounts.second_factor")

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code to stand in the page itself, dark on white in any colour scheme."""
        svg = super().build_totp_svg(url)
        picture = svg[svg.index("<svg") :].replace(' version="1.1"', "", 1)
        end = picture.index(">") + 1
        return f'{picture[:end]}<rect width="100%" height="100%" fill="#fff"/>{picture[end:]}'
