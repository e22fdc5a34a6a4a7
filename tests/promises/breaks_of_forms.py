"""Breaks of forms and of the choices that people make in them."""

from typing import Any

from django import forms
from django.db import connection
from django.utils import timezone

from accounts.models import User
from contact.models import ContactMessage, MessageReply, Quarantine, State
from privacy.consent.models import PersonalRefusals
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


def _field_at(hand: Hand, form: Any, name: str, label: str) -> None:
    fields = {**form.base_fields, name: forms.CharField(label=label, required=False)}
    hand.patch.setattr(form, "base_fields", fields)


@breaks("information.business-card", measured=True)
def an_optional_nationality_of_who_asks(hand: Hand) -> None:
    from accounts.forms import ProfileForm

    _field_at(hand, ProfileForm, "nationality", "Nationality")


@breaks("information.business-card", way=Way.CONFIGURATION)
def a_religion_that_nobody_sees(hand: Hand) -> None:
    end = "{% endblock content %}"
    hidden = (
        '<form method="post" action="/contact/webmaster/"><input type="hidden" name="religion">'
    )
    hand.template("contact/thanks.html", (end, f"{hidden}</form>{end}"))


@breaks("information.business-card")
def a_field_whose_label_says_something_else(hand: Hand) -> None:
    from accounts.forms import ProfileForm

    hand.patch.setattr(ProfileForm.base_fields["position"], "label", "Religion")


@breaks("children.none-knowingly", "information.business-card")
def an_age_on_a_page_of_members(hand: Hand) -> None:
    from accounts.forms import ProfileForm

    _field_at(hand, ProfileForm, "age", "Age")


def _at_the_end_of(hand: Hand, template: str, action: str, block: str = "content") -> None:
    end = f"{{% endblock {block} %}}"
    form = f'<form method="post" action="{action}"><button>Go</button></form>'
    hand.template(template, (end, form + end))


@breaks("information.listed-occasions", way=Way.CONFIGURATION)
def a_survey_on_the_page_after_a_message(hand: Hand) -> None:
    _at_the_end_of(hand, "contact/thanks.html", "/survey/")


@breaks("information.listed-occasions", way=Way.CONFIGURATION)
def a_form_that_goes_to_others(hand: Hand) -> None:
    hand.routes = frozenset({"accounts:sessions"})
    _at_the_end_of(hand, "accounts/sessions.html", "https://survey.test/privacy/", "page")


@breaks("use.told-when-collected", way=Way.CONFIGURATION)
def a_message_without_a_notice(hand: Hand) -> None:
    hand.template("contact/webmaster.html", ("{% url 'policy:policy' %}", "/"))


@breaks("choices.withhold")
def a_request_that_has_to_be_explained(hand: Hand) -> None:
    from privacy.rights.forms import RequestForm

    def clean(form: Any) -> Any:
        if not form.cleaned_data.get("text"):
            form.add_error("text", "Say more")
        return form.cleaned_data

    hand.patch.setattr(RequestForm, "clean", clean)


@breaks("choices.withhold")
def a_profile_that_wants_a_telephone_number(hand: Hand) -> None:
    from accounts.forms import ProfileForm

    hand.patch.setattr(ProfileForm.base_fields["phone"], "required", True)


@breaks("form.required-fields", "choices.withhold")
def a_telephone_number_that_is_demanded(hand: Hand) -> None:
    from contact.forms import WebmasterForm

    hand.patch.setattr(WebmasterForm.base_fields["phone"], "required", True)


def _message(**fields: Any) -> ContactMessage:
    told = {"name": "A", "email": "a@example.com", "message": "A", "fingerprint": "0" * 64}
    return ContactMessage.objects.create(**{**told, **fields})


def _no_constraint(hand: Hand, table: str, name: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            hand.on_release(_checks_again)
        else:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _checks_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


@breaks("form.required-fields", way=Way.ROWS)
def a_message_of_nobody(hand: Hand) -> None:
    _no_constraint(hand, "contact_contactmessage", "contact_has_sender_and_text")
    _message(name="")


@breaks("form.only-to-contact")
def a_message_that_a_partner_reads(hand: Hand) -> None:
    def copied(old: Any, message: Any) -> Any:
        mail = old(message)
        mail.to = ["partner@example.com"]
        return mail

    hand.wrap("contact.mails.message_mail", copied)


@breaks("form.only-to-contact", "form.contact-me-choice")
def a_message_that_is_answered_with_an_offer(hand: Hand) -> None:
    from django.core.mail import EmailMessage

    def also(old: Any, message: Any) -> Any:
        EmailMessage("Our offers", "Buy.", to=[message.email]).send()
        return old(message)

    hand.wrap("contact.mails.acknowledgement_mail", also)


@breaks("form.contact-me-choice", way=Way.CONFIGURATION)
def a_mail_that_gives_the_address_in_spite_of_a_no(hand: Hand) -> None:
    hand.template(
        "contact/mail/message.txt", ("Wants to be contacted: no", "No, at {{ message.email }}")
    )


@breaks("form.contact-me-choice", "consent.only-by-act")
def a_box_that_is_ticked_already(hand: Hand) -> None:
    from contact.forms import WebmasterForm

    hand.patch.setattr(WebmasterForm.base_fields["wants_contact"], "initial", True)


@breaks("form.contact-me-choice")
def a_desk_that_writes_in_spite_of_a_no(hand: Hand) -> None:
    from contact.admin import ContactMessageAdmin

    def address(self: Any, message: Any) -> Any:
        from django.utils.html import format_html

        return format_html('<a href="mailto:{}">{}</a>', message.email, message.email)

    hand.patch.setattr(ContactMessageAdmin, "reply_address", address)


@breaks("form.contact-me-choice")
def a_desk_that_replies_in_spite_of_a_no(hand: Hand) -> None:
    from contact.services import locked

    hand.replace("contact.models.ContactMessage.may_be_written_to", property(lambda self: True))
    hand.replace("contact.replies._to_write_to", locked)


@breaks("form.contact-me-choice", way=Way.ROWS)
def a_reply_to_somebody_after_a_no(hand: Hand) -> None:
    message = _message(wants_contact=False)
    MessageReply.objects.create(
        message=message, kind="sent", text="Here it is.", header_id="<1@example.com>"
    )


@breaks("form.contact-me-choice", way=Way.ROWS)
def somebody_who_was_written_to_after_a_no(hand: Hand) -> None:
    _message(wants_contact=False, acknowledged_at=timezone.now())


@breaks("form.field-left-empty", way=Way.ROWS)
def something_held_that_was_mailed(hand: Hand) -> None:
    _message(
        state=State.SPAM,
        quarantined_because=Quarantine.HONEYPOT,
        wants_contact=True,
        acknowledged_at=timezone.now(),
    )


@breaks("form.field-left-empty")
def a_trap_whose_answer_differs(hand: Hand) -> None:
    from contact import views

    def told(old: Any, request: Any) -> Any:
        answer = old(request)
        if request.POST.get("subject_line") and "Location" in answer:
            answer["Location"] = answer["Location"].replace("stored", "sent")
        return answer

    hand.wrap(f"{views.__name__}._receive", told)


@breaks("form.field-left-empty", way=Way.CONFIGURATION)
def a_trap_that_people_step_into(hand: Hand) -> None:
    from contact.forms import WebmasterForm

    widget: Any = WebmasterForm.base_fields["subject_line"].widget
    hand.patch.delitem(widget.attrs, "tabindex")


# --- yes and no to promotional mail ---------------------------------------------------------------


@breaks("consent.only-by-act")
def promotional_mail_for_everybody_who_registers(hand: Hand) -> None:
    def complete(old: Any, user: Any, *, marketing: bool, **more: Any) -> Any:
        return old(user, marketing=True, **more)

    hand.wrap("accounts.registration.complete_registration", complete)


@breaks("consent.only-by-act")
def a_registration_that_has_chosen_already(hand: Hand) -> None:
    from accounts.forms import RegistrationForm

    hand.routes = frozenset({"account_signup"})
    hand.patch.setattr(RegistrationForm.base_fields["marketing"], "initial", True)


@breaks("consent.only-by-act", way=Way.ROWS)
def everybody_is_noted_to_want_mail(hand: Hand) -> None:
    for name in ("ada", "bob"):
        User.objects.create_user(name, f"{name}@example.com")
    User.objects.update(marketing_opt_in_at=timezone.now())


@breaks("rights.withdraw-consent")
def a_yes_to_mail_that_stays(hand: Hand) -> None:
    def change(old: Any, user: Any, *, marketing: bool, **profile: Any) -> Any:
        return old(user, marketing=marketing or bool(user.marketing_opt_in_at), **profile)

    hand.wrap("accounts.services.change_profile", change)


@breaks("rights.object")
def an_objection_without_effect(hand: Hand) -> None:
    hand.replace("privacy.rights.intake.heed_objection", lambda request: None)


@breaks("rights.object", "rights.withdraw-consent", way=Way.ROWS)
def somebody_who_is_written_to_after_a_no_to_mail(hand: Hand) -> None:
    now = timezone.now()
    user = User.objects.create_user("ada", "ada@example.com")
    User.objects.filter(pk=user.pk).update(marketing_opt_in_at=now)
    PersonalRefusals.objects.create(user=user, newsletter_refused_at=now)


def _needed(hand: Hand, form: type[forms.Form], name: str, unless: Any) -> None:
    """Let a field be needed of who has said something else."""
    usual = form.clean

    def clean(self: Any) -> Any:
        data = usual(self)
        if unless(self.cleaned_data) and not self.cleaned_data.get(name):
            self.add_error(name, "Tell us this, too")
        return data

    hand.patch.setattr(form, "clean", clean)


@breaks("choices.withhold", "form.required-fields")
def a_telephone_number_of_who_wants_to_be_contacted(hand: Hand) -> None:
    from contact.forms import WebmasterForm

    _needed(hand, WebmasterForm, "phone", lambda said: said.get("wants_contact"))


@breaks("choices.withhold")
def a_position_of_who_names_a_company(hand: Hand) -> None:
    from accounts.forms import ProfileForm

    _needed(hand, ProfileForm, "position", lambda said: said.get("company"))


@breaks("choices.withhold")
def words_of_who_objects(hand: Hand) -> None:
    from privacy.rights.forms import RequestForm

    _needed(hand, RequestForm, "text", lambda said: said.get("kind") == "portability")
