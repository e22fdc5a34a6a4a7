"""Breaks of one's own pages: what stands after a question mark, and who learns of an account."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from accounts.forms import ForgottenPasswordForm
from accounts.models import User
from contact.models import ContactMessage
from contact.own_messages import OwnMessages
from tests.promises.breaks import breaks
from tests.promises.breaks_of_walk import answers
from tests.promises.hand import Hand


@breaks("security.against-misuse")
def a_second_page_of_messages_of_everybody(hand: Hand) -> None:
    def shown(old: Any, subject: Any, page: str | None) -> OwnMessages:
        if page and page.isdecimal() and int(page) > 1:
            everybody: Any = ContactMessage.objects.order_by("-received_at", "pk")[20:40]
            return OwnMessages(list(everybody))
        found: OwnMessages = old(subject, page)
        return found

    hand.wrap("contact.own_messages.own_messages", shown)


@breaks("security.against-misuse")
def a_name_that_no_page_was_asked_for_before(hand: Hand) -> None:
    def name(request: HttpRequest, response: HttpResponse) -> None:
        known = User.objects.filter(username=request.GET.get("user"))
        response.content += "".join(one.company for one in known).encode()

    answers(hand, lambda request: request.path == "/newsletter/yours/", name)


@breaks("security.against-misuse", in_sql=True)
def a_forgotten_password_of_an_account_that_is_not_there(hand: Hand) -> None:
    def clean_email(form: Any) -> str:
        email = str(form.cleaned_data["email"])
        form.users = User.objects.filter(email=email)
        if not form.users:
            raise ValidationError("No account has this address.")
        return email

    hand.patch.setattr(ForgottenPasswordForm, "clean_email", clean_email, raising=False)


@breaks("account.own-copy")
def documents_that_somebody_else_follows(hand: Hand) -> None:
    def rows_of(old: Any, user: User) -> Any:
        found = old(user)
        for other in User.objects.exclude(pk=user.pk):
            found["watches"] += old(other)["watches"]
        return found

    hand.wrap("accounts.views.rows_of", rows_of)
