"""allauth's pages behind our own doors: statuses, transactions, and no trace of a visitor.

allauth answers a form with mistakes by 200, a limit by a bare page, and a mailed link by a cookie.
These subclasses change the answers, not the flows.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, cast

from allauth.account import views as account
from allauth.account.forms import UserTokenForm
from allauth.account.models import get_emailconfirmation_model
from allauth.decorators import rate_limit
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import View
from django.views.generic.edit import FormView

from accounts.adapter import TOO_MANY, TOO_MANY_CODES
from accounts.decorators import SEE_OTHER, SeeOther
from accounts.models import User
from accounts.own_queries import addresses_of
from accounts.second_factor import CodeForm
from privacy.consent.cookie_check import by_way_of_check
from sens_site.errors import error_page
from sens_site.lib.cache.own_page import own_page
from sens_site.lib.forms.typed import DATABASE_FAULTS, busy, come_back, unchecked
from sens_site.lib.http.done_notice import address_without_notice, with_notice
from sens_site.lib.http.rate_limit import require_counting

RETRY_AFTER_SECONDS = 60
RETRY_AFTER_FAILURES_SECONDS = 300


class Door(View):
    """What every page of allauth does differently here. Stands first among the bases."""

    http_method_names: Sequence[str] = ["get", "head", "post", "options"]
    keeps_input = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer as allauth does, then correct the answer."""
        method = request.method
        if method is None or method.lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)
        if method == "HEAD":
            request.method = "GET"  # allauth counts a HEAD as an attempt, and so writes
        user = request.user
        try:
            if method == "POST":
                require_counting()
            response = cast("HttpResponse", super().dispatch(request, *args, **kwargs))
        except DATABASE_FAULTS as error:
            if method != "POST" or not self.keeps_input:
                raise
            request.user = user  # a log-in that could not be stored is none
            form = self.bound_form()
            busy(form, error)
            return come_back(self.show(form))
        finally:
            request.method = method
        if response.status_code == 429 and not getattr(response, "context_data", None):
            return self.too_many(request)
        if method == "POST" and isinstance(response, HttpResponseRedirect):
            response.status_code = SEE_OTHER
            if response.url == reverse("account_email_verification_sent"):
                self.forget_visitor(request)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Send the form to this address without what it says was done before."""
        context = cast("FormView[Any]", super()).get_context_data(**kwargs)
        if context.get("form") is not None:
            context["form"].form_action = address_without_notice(self.request)
        return context

    def forget_visitor(self, request: HttpRequest) -> None:
        """Drop the half-finished log-in: the mailed link does not need it, and it names somebody."""
        if not request.user.is_authenticated:
            request.session.flush()

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say by the status that the form was not accepted, and why."""
        response = cast("FormView[Any]", super()).form_invalid(form)
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        if codes & TOO_MANY_CODES:
            response.status_code = 429
            response.headers["Retry-After"] = str(RETRY_AFTER_FAILURES_SECONDS)
        else:
            response.status_code = 422
        return response

    def bound_form(self) -> Any:
        """Return the form with what was typed, not looked at yet."""
        page = cast("FormView[Any]", self)
        return page.get_form_class()(**page.get_form_kwargs())

    def show(self, form: Any) -> HttpResponse:
        """Show a form."""
        return cast("FormView[Any]", self).render_to_response(self.get_context_data(form=form))

    def too_many(self, request: HttpRequest) -> HttpResponse:
        """Answer 429, with the form as it was typed where the page has one."""
        if self.keeps_input and request.method == "POST":
            form = self.bound_form()
            unchecked(form, TOO_MANY.replace("five minutes", "a minute"))
            response = self.show(form)
            response.status_code = 429
        else:
            response = error_page(request, 429, reason="Wait a minute, then try again.")
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response


class OwnDoor(Door):
    """A page of who is logged in: its frame is kept, what is the person's is drawn."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        page = cast("FormView[Any]", super())
        if self.request.method != "GET":
            return page.render_to_response(context, **kwargs)
        return own_page(self.request, page.get_template_names()[0], context)


class LoginPage(Door, account.LoginView):
    """Log in."""

    keeps_input = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Lead on by way of a page that sees whether the browser keeps cookies."""
        response: HttpResponse = super().form_valid(form)
        without = (reverse("account_email_verification_sent"), reverse("account_inactive"))
        if isinstance(response, HttpResponseRedirect) and response.url not in without:
            response.headers["Location"] = by_way_of_check(self.request, response.url)
        return response


class LogoutPage(Door, account.LogoutView):
    """Log out by a button."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave, and tell the browser to drop what scripts have stored."""
        response: HttpResponse = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = '"storage"'
        return response


class InactivePage(Door, account.AccountInactiveView):
    """The account has been switched off."""


class ConfirmAddressPage(Door, account.ConfirmEmailView):
    """The page behind the mailed link. Mail scanners open it; only its button acts."""

    def logout_other_user(self, confirmation: Any) -> None:
        """End another person's session only when the button was pressed."""
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """See also whether another account has the address: allauth asks for verified ones only."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        address = self.object.email_address if self.object else None
        if address and context["can_confirm"]:
            context["can_confirm"] = not _is_anothers(address)
        return context

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the button, or say with 404 that the link is of no use any more."""
        response: HttpResponse = super().get(*args, **kwargs)
        if not self.object:
            response.status_code = 404
        return response

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm, with everything that follows from it, in one transaction."""
        self.object = self.get_object_or_none()
        if self.object is None:
            return self.get(*args, **kwargs)
        if not _is_anothers(self.object.email_address):
            try:
                with transaction.atomic():
                    return super().post(*args, **kwargs)
            except IntegrityError:  # another account got the address in this very moment
                pass
        response: HttpResponse = self.render_to_response(self.get_context_data())
        response.status_code = 409
        return response

    def get_object_or_none(self) -> Any:
        """Return what the key in the address stands for."""
        return get_emailconfirmation_model().from_key(self.kwargs["key"])


def _is_anothers(address: Any) -> bool:
    others = User.objects.exclude(pk=address.user_id).filter(registration=None)
    return others.filter(email=address.email).exists()


class AddressPage(OwnDoor, account.EmailView):
    """Change the e-mail address: the new one counts once it is confirmed."""

    keeps_input = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page by one query where somebody only looks.

        allauth asks four, and makes a row for an address of an account that has none.
        """
        looks = request.method in ("GET", "HEAD")
        user = cast("User", request.user)
        addresses = addresses_of(user) if looks else []
        if user.email not in {one.email for one in addresses}:
            return super().dispatch(request, *args, **kwargs)
        proven = [one for one in addresses if one.verified]
        waiting = [one for one in addresses if not one.verified]
        context = {
            "current_emailaddress": proven[0] if proven else None,
            "new_emailaddress": max(waiting, key=attrgetter("pk")) if waiting else None,
        }
        return own_page(request, self.template_name, context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store the address and the mail to it together."""
        try:
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        except IntegrityError:  # the same form came twice at once: the other one is stored
            return SeeOther(reverse("account_email"))


class ChangePasswordPage(OwnDoor, account.PasswordChangeView):
    """Change the password."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Store the password, end other sessions and write the notice together."""
        with transaction.atomic():
            return super().form_valid(form)


class ForgottenPasswordPage(Door, account.PasswordResetView):
    """Ask for a reset link. The answer is the same for an address that we do not know."""

    keeps_input = True


class ResetSentPage(Door, account.PasswordResetDoneView):
    """A reset link is on its way, if there is such an account."""


class _KeyInAddress(account.PasswordResetFromKeyView):
    """allauth's page without its session."""

    @method_decorator(rate_limit(action="reset_password_from_key"))
    def dispatch(
        self, request: HttpRequest, uidb36: str, key: str, **kwargs: Any
    ) -> HttpResponseBase:
        """Check the key on each request, then do what allauth does once it is checked."""
        self.key = key
        token = UserTokenForm(data={"uidb36": uidb36, "key": key})
        self.reset_user = token.reset_user if token.is_valid() else None
        if self.reset_user is None:
            context = self.get_context_data(form=None, token_fail=True)
            return self.render_to_response(context, status=404)
        plain_form_view = cast("FormView[Any]", super(account.PasswordResetFromKeyView, self))
        return plain_form_view.dispatch(request, uidb36, key, **kwargs)


class NewPasswordPage(Door, _KeyInAddress):
    """The page behind the reset link.

    allauth moves the key into the session at once, which sets a cookie on a GET that any mail
    scanner makes. Here it stays in the address until the form is sent; the Referrer-Policy keeps
    it from other sites, to which the page has no links anyway.
    """

    def get_success_url(self) -> str:
        """Lead to the log-in, which says that the password is saved."""
        return with_notice(reverse("account_login"), "password-saved")

    def form_valid(self, form: Any) -> HttpResponse:
        """Store the password and write the notice together, and end a session of anybody else."""
        if self.request.user.is_authenticated and self.request.user != self.reset_user:
            self.logout()
        with transaction.atomic():
            return super().form_valid(form)


class ReauthenticatePage(Door, account.ReauthenticateView):
    """The password once more."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Give the session a new key, as at log-in."""
        self.request.session.cycle_key()
        return super().form_valid(form)


class CodePage(Door, mfa.AuthenticateView):
    """The second factor at log-in."""

    def _build_forms(self) -> CodeForm | None:
        """Ask for a code only: there are no security keys here."""
        data = self.request.POST if self.request.method == "POST" else None
        self.webauthn_form = None
        self.auth_form = form = CodeForm(user=self.stage.login.user, data=data)
        return form


class ReauthenticateByCodePage(Door, mfa.ReauthenticateView):
    """A code instead of the password."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Give the session a new key, as at log-in."""
        self.request.session.cycle_key()
        return super().form_valid(form)


class ActivateAppPage(OwnDoor, totp.ActivateTOTPView):
    """Set up an authenticator app."""


class DeactivateAppPage(OwnDoor, totp.DeactivateTOTPView):
    """Turn the second factor off."""


class NewRecoveryCodesPage(OwnDoor, recovery.GenerateRecoveryCodesView):
    """Replace the recovery codes."""
