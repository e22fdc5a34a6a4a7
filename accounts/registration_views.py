"""The pages of registering: the form, and where its mail went."""

from typing import Any, cast

from allauth.account import views as account
from allauth.decorators import rate_limit
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic.edit import FormView

from accounts import registration
from accounts.adapter import leading_on, onward_of
from accounts.allauth_views import Door
from accounts.decorators import SeeOther
from accounts.forms import CorrectAddressForm

OVER = "This page is no longer needed"


class RegisterPage(Door, account.SignupView):
    """Register. Account, address, acceptances and mail are stored together or not at all."""

    keeps_input = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Store; when somebody was faster with the name or the address, look once more."""
        try:
            return self.store(form)
        except IntegrityError:
            page = cast("FormView[Any]", self)
            form = page.get_form_class()(**page.get_form_kwargs())
            return self.store(form) if form.is_valid() else self.form_invalid(form)

    def store(self, form: Any) -> HttpResponse:
        """Make the account, and lead to the page that says where the mail went."""
        form.hash_password()
        with transaction.atomic():
            sent = form.register(self.request)
        return SeeOther(_page_of(self.request, sent))


def _page_of(request: HttpRequest, sent: registration.SentTo) -> str:
    """Return the address of the page that says where the mail went."""
    path = reverse("account_mail_sent", args=[sent.token])
    return leading_on(path, onward_of(request))


class ConfirmationSentPage(Door, account.EmailVerificationSentView):
    """A link is on its way."""


class _SentInAddress(FormView[CorrectAddressForm]):
    """What was sent where, from the address of the page."""

    form_class = CorrectAddressForm
    template_name = "account/verification_sent.html"
    state = "sent"
    sent: registration.SentTo | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Open the token."""
        super().setup(request, *args, **kwargs)
        self.sent = registration.opened(kwargs["token"])

    @method_decorator(rate_limit(action="signup"))
    def dispatch(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """Go on where the token is of use, and say calmly where it is not any more."""
        try:
            self.look_up(request)
            return super().dispatch(request, token)
        except registration.RegistrationOverError:
            return self.end("over", 404)
        except registration.TooManyCorrectionsError:
            return self.end("too_many", 429)
        except registration.ChangedMeanwhileError as error:
            return self.come_again(error.now)

    @property
    def waiting(self) -> registration.SentTo:
        """What the token holds, if it is one of ours."""
        if self.sent is None:
            raise registration.RegistrationOverError
        return self.sent

    def look_up(self, request: HttpRequest) -> None:
        """See how far the registration is. What is sent is compared again, under a lock."""
        try:
            row = registration.look_up(self.waiting)
        except registration.ChangedMeanwhileError:
            if request.method == "GET":
                raise
        else:
            if row.corrections >= registration.MOST_CORRECTIONS:
                self.state = "last"

    def end(self, state: str, status: int) -> HttpResponse:
        """Say that nothing can be corrected here."""
        self.state = state
        return self.render_to_response(self.get_context_data(form=None), status=status)

    def come_again(self, now: registration.SentTo) -> HttpResponse:
        """Show the form with what was typed, for the registration as it is now."""
        self.state, self.sent = "changed", now
        data = {"email": self.request.POST.get("email", now.email)}
        context = self.get_context_data(form=CorrectAddressForm(initial=data))
        context["form"].form_action = _page_of(self.request, now)
        status = 409 if self.request.method == "POST" else 200
        return self.render_to_response(context, status=status)

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.sent.email if self.sent else ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        heading = OVER if self.state == "over" else ""
        login = leading_on(reverse("account_login"), onward_of(self.request))
        own = {"state": self.state, "sent": self.sent, "heading": heading, "login_url": login}
        return context | own


class MailSentPage(Door, _SentInAddress):
    """Which address was typed when registering, and a form to correct it.

    The token in the address of the page corrects this one registration until it is confirmed. It
    tells nobody whether the address is known here: the page and its effects are the same.
    """

    keeps_input = True

    def form_valid(self, form: CorrectAddressForm) -> HttpResponse:
        """Correct and write; when somebody was faster with the address, look once more."""
        email = form.cleaned_data["email"]
        try:
            now = registration.correct_address(self.request, self.waiting, email=email)
        except IntegrityError:
            now = registration.correct_address(self.request, self.waiting, email=email)
        return SeeOther(_page_of(self.request, now))
