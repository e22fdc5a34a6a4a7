"""Breaks at one door of several: what holds for a form, a page or a visitor is to hold for the others."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest

from accounts.models import User
from contact import mails
from contact.models import ContactMessage
from newsletter import unsubscribing
from newsletter.models import Subscriber
from outbox.admin import OutboxMailAdmin
from sens_site.lib.deploy import nginx
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

TEMPLATE = Way.CONFIGURATION


@breaks("mail.unsubscribe-link")
def a_press_that_ends_one_topic_of_several(hand: Hand) -> None:
    def first_alone(reader: Subscriber) -> bool:
        first = reader.topics.first()
        return first is not None and unsubscribing.stop_topic(reader, first)

    own = {**vars(unsubscribing), "end_subscription": first_alone}
    hand.replace("newsletter.views.unsubscribing", SimpleNamespace(**own))


@breaks("mail.unsubscribe-link", way=TEMPLATE)
def a_button_to_unsubscribe_in_a_dialog_that_nothing_opens(hand: Hand) -> None:
    button = "<button>Unsubscribe</button>"
    hand.template("newsletter/unsubscribe.html", (button, f"<dialog>{button}</dialog>"))


@breaks("form.contact-me-choice")
def departments_that_write_to_who_said_no(hand: Hand) -> None:
    def deliver(old: Any, message: ContactMessage, *, acknowledge: bool) -> None:
        old(message, acknowledge=acknowledge)
        if not message.wants_contact and message.topic != "webmaster":
            mails.acknowledgement_mail(message).send()

    hand.wrap("contact.services._deliver", deliver)


@breaks("security.against-misuse")
def a_search_that_finds_mails_of_all_purposes(hand: Hand) -> None:
    old = OutboxMailAdmin.get_queryset

    def all_of_them(self: OutboxMailAdmin, request: HttpRequest) -> Any:
        return (ModelAdmin.get_queryset if request.GET.get("q") else old)(self, request)

    hand.patch.setattr(OutboxMailAdmin, "get_queryset", all_of_them)


@breaks("security.against-misuse")
def a_page_of_ones_own_that_shows_staff_anybodys(hand: Hand) -> None:
    def page(old: Any, request: Any, template: str, context: dict[str, Any], **more: Any) -> Any:
        if template == "accounts/data.html" and request.user.is_staff and "user" in request.GET:
            found = User.objects.filter(username=request.GET["user"]).first()
            context["profile"] = list(found.profile.items()) if found else []
        return old(request, template, context, **more)

    hand.wrap("accounts.views.own_page", page)


@breaks("banner.reject-equals-accept", way=TEMPLATE)
def no_button_to_reject_for_who_is_asked_again(hand: Hand) -> None:
    button = '<button class="button" name="choice" value="reject">Reject all</button>'
    again = f"{{% if not consent.changed %}}{button}{{% endif %}}"
    hand.template("partials/cookie_banner.html", (button, again))


@breaks("security.technical", way=TEMPLATE)
def pages_of_mailed_links_that_are_given_in_clear(hand: Hand) -> None:
    def told(old: Any, front: nginx.Front, published: nginx.Part | None = None) -> str:
        leads = "location / {\n        return 308"
        given = "location /newsletter/ {\n        proxy_pass http://site;\n    }\n    "
        return str(old(front, published)).replace(leads, f"{given}{leads}")

    hand.wrap("sens_site.promises.front_server.configuration", told)


@breaks("security.technical", way=TEMPLATE)
def a_server_that_answers_in_clear(hand: Hand) -> None:
    def told(old: Any, front: nginx.Front, published: nginx.Part | None = None) -> str:
        return str(old(front, published)).replace("return 308 https:", "return 302 http:")

    hand.wrap("sens_site.promises.front_server.configuration", told)
    hand.wrap(
        "sens_site.promises.front_server.front",
        lambda old, options: replace(old(options), is_https=False),
    )


@breaks("security.technical")
def no_policy_for_browsers_that_save_data(hand: Hand) -> None:
    def answer(self: Any, request: HttpRequest) -> Any:
        if request.headers.get("Save-Data") == "on":
            return self.get_response(request)
        return old(self, request)

    target = "sens_site.lib.http.csp.ContentSecurityPolicyMiddleware.__call__"
    from sens_site.lib.http.csp import ContentSecurityPolicyMiddleware

    old = ContentSecurityPolicyMiddleware.__call__
    hand.replace(target, answer)
