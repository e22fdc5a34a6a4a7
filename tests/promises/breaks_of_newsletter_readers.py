"""Breaks of what the policy says about readers: how they come, what they get, and what stays."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone

from newsletter.models import Subscriber, Suppression, Topic
from outbox.models import OutboxMail
from privacy.datamap.periods import Period
from privacy.datamap.registry import entries
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_newsletter_issues import an_issue_that_was_sent
from tests.promises.hand import Hand


def a_reader(**changes: Any) -> Subscriber:
    now = timezone.now()
    confirmed = {"state": "confirmed", "confirmed_by": "link", "confirmed_at": now}
    confirmed["written_at"] = now
    return Subscriber.objects.create(
        **{"email": "ada@example.com", "proof": "on paper", **confirmed, **changes}
    )


@breaks("newsletter.sign-up", way=Way.CONFIGURATION)
def a_footer_that_leads_elsewhere(hand: Hand) -> None:
    hand.template("partials/footer.html", ("{% url 'pages:newsletter' %}", "/contact/"))


@breaks("newsletter.sign-up")
def no_receipt(hand: Hand) -> None:
    from newsletter.mails import known_mail

    hand.replace("newsletter.mails.receipt_mail", known_mail)


@breaks("newsletter.sign-up", way=Way.CONFIGURATION)
def a_page_that_shows_other_words_than_are_kept(hand: Hand) -> None:
    hand.template("newsletter/sign_up.html", ("{{ form.words }}", "I want this."))


@breaks(
    "newsletter.sign-up", "newsletter.confirmed", "newsletter.unconfirmed", "retention.newsletter",
    way=Way.ROWS,
)  # fmt: skip
def no_topic_on_offer(hand: Hand) -> None:
    Topic.objects.update(active=False)


@breaks("newsletter.confirmed")
def a_link_that_confirms_when_it_is_opened(hand: Hand) -> None:
    from newsletter import subscribing

    def acting(old: Any, reader: Subscriber) -> bool:
        over: bool = old(reader)
        if not over:
            subscribing._confirm(reader, Subscriber.Means.LINK)
        return over

    hand.wrap("newsletter.subscribing.is_over", acting)


@breaks("newsletter.confirmed")
def a_code_that_nobody_compares(hand: Hand) -> None:
    hand.replace("newsletter.subscribing.is_code_of", lambda reader, typed: True)


@breaks("newsletter.confirmed", "use.promotional-mail", in_sql=True)
def an_issue_for_all_who_signed_up(hand: Hand) -> None:
    hand.replace(
        "newsletter.models.readers.SubscriberQuerySet.confirmed",
        lambda rows: rows.exclude(state="held"),
    )


@breaks("newsletter.confirmed", "use.promotional-mail")
def an_account_that_refuses_in_vain(hand: Hand) -> None:
    hand.replace("newsletter.suppression.refused_among", lambda addresses: set())


@breaks("newsletter.confirmed", "use.promotional-mail", "mail.unsubscribe-prompt", way=Way.ROWS)
def an_issue_that_waits_for_a_stranger(hand: Hand) -> None:
    from newsletter.composing import Letter, OwnLinks

    links = OwnLinks(
        "https://testserver/newsletter/preferences/a/",
        "https://testserver/newsletter/unsubscribe/a/",
    )
    mime = Letter(an_issue_that_was_sent(), ()).to(
        "ada@example.com", message_id="<1@example.com>", links=links
    )
    OutboxMail.objects.create(
        message_id="<1@example.com>", purpose="newsletter", sender="a@example.com",
        recipient="ada@example.com", subject="s", message=mime,
    )  # fmt: skip


@breaks("newsletter.confirmed", way=Way.ROWS)
def a_reader_without_a_proof(hand: Hand) -> None:
    a_reader(proof="")


@breaks("newsletter.unconfirmed")
def a_link_of_eight_days(hand: Hand) -> None:
    hand.replace("newsletter.subscribing.UNCONFIRMED", Period(days=8))


@breaks("newsletter.unconfirmed", in_sql=True)
def a_sign_up_that_stays(hand: Hand) -> None:
    keeps = entries()["newsletter.Subscriber"].keep
    hand.frozen(next(one for one in keeps if one.clock), "after", "")


@breaks("newsletter.unconfirmed", in_sql=True)
def a_reminder_each_hour(hand: Hand) -> None:
    from newsletter.models.readers import Subscriber as Model

    hand.replace("newsletter.subscribing.waiting_for_reminder", Model.objects.pending)


@breaks("newsletter.unconfirmed", way=Way.ROWS)
def a_sign_up_that_was_forgotten(hand: Hand) -> None:
    Subscriber.objects.create(
        email="ada@example.com", created_at=timezone.now() - timedelta(days=10)
    )


@breaks("newsletter.preferences")
def topics_that_do_not_change(hand: Hand) -> None:
    hand.replace("newsletter.subscribing.choose_topics", lambda reader, topics: None)


@breaks("newsletter.preferences", way=Way.CONFIGURATION)
def a_page_that_tells_the_address(hand: Hand) -> None:
    hand.template(
        "newsletter/preferences.html", ("{{ reader.masked_email }}", "{{ reader.email }}")
    )


@breaks("newsletter.preferences", "newsletter.confirmed")
def links_without_a_signature(hand: Hand) -> None:
    hand.replace("newsletter.links.key_in", lambda token, use: token[:32])


@breaks("retention.newsletter")
def a_hash_without_a_key(hand: Hand) -> None:
    hand.replace(
        "newsletter.suppression.keyed_hash",
        lambda kind, value: sha256(value.encode()).hexdigest(),
    )


@breaks("retention.newsletter")
def a_reader_of_whom_nothing_stays(hand: Hand) -> None:
    hand.replace("newsletter.unsubscribing.suppress", lambda address, **facts: None)


@breaks("retention.newsletter", way=Way.ROWS)
def an_address_in_place_of_its_hash(hand: Hand) -> None:
    Suppression.objects.create(
        purpose="newsletter", address_hash="ada@example.com", why="unsubscribed"
    )


@breaks("retention.newsletter", way=Way.ROWS)
def a_reader_who_has_left(hand: Hand) -> None:
    from newsletter.suppression import NEWSLETTER, suppress

    suppress(a_reader().email, purpose=NEWSLETTER, why=Suppression.Why.UNSUBSCRIBED)


@breaks("mail.unsubscribe-prompt", in_sql=True)
def an_issue_that_goes_on_waiting(hand: Hand) -> None:
    hand.replace("newsletter.unsubscribing.withdraw_mail", lambda **facts: 0)


@breaks("mail.unsubscribe-prompt")
def a_mail_program_that_is_led_elsewhere(hand: Hand) -> None:
    hand.replace("newsletter.views.ONE_CLICK", ("List-Unsubscribe", "Never"))


@breaks("rights.object-to-marketing")
def an_objection_that_the_newsletter_does_not_hear(hand: Hand) -> None:
    from privacy.rights.objections import _heeds

    hand.item(_heeds, "newsletter", lambda subject: None)


@breaks("rights.object-to-marketing", way=Way.ROWS)
def a_reader_who_has_objected(hand: Hand) -> None:
    from privacy.rights.choices import Kind
    from privacy.rights.models import RequestEvent, SubjectRequest

    request = SubjectRequest.objects.create(
        kind=Kind.OBJECTION, email="nina@example.com", name="Nina", due_on=timezone.localdate()
    )
    RequestEvent.objects.create(request=request, did="identity-proved", proof="link")
    nine_days_ago = timezone.now() - timedelta(days=9)
    a_reader(email="nina@example.com", created_at=nine_days_ago, confirmed_at=nine_days_ago)


@breaks("use.policy-changes")
def readers_who_are_told_of_no_new_policy(hand: Hand) -> None:
    from privacy.policy.notices import _audiences

    hand.item(_audiences, "readers", lambda after: ())


@breaks("newsletter.confirmed")
def codes_that_may_be_guessed_on_and_on(hand: Hand) -> None:
    hand.replace("newsletter.subscribing.MOST_WRONG_CODES", 30_000)


@breaks("newsletter.confirmed", in_sql=True)
def codes_whose_wrong_tries_are_forgotten(hand: Hand) -> None:
    def confirm(old: Any, email: str, typed: str) -> Any:
        Subscriber.objects.filter(email=email).update(code_tries=0)
        return old(email, typed)

    hand.wrap("newsletter.subscribing.confirm_by_code", confirm)
