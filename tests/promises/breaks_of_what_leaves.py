"""Breaks of what leaves for a reader or for whose account ends, and of what a form says beside itself."""

from typing import Any

from accounts.models import User
from newsletter.models import Subscriber
from outbox.bulk import bulk_of
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


@breaks("mail.unsubscribe-prompt", in_sql=True)
def an_issue_that_leaves_for_who_has_ended_its_topic(hand: Hand) -> None:
    hand.frozen(bulk_of("newsletter"), "may_leave", lambda mail: True)


@breaks("mail.unsubscribe-link", in_sql=True)
def a_last_topic_that_ends_without_a_hash(hand: Hand) -> None:
    def stop_topic(old: Any, reader: Any, topic: Any) -> bool:
        Subscriber.objects.filter(pk=reader.pk).delete()
        return True

    hand.wrap("newsletter.unsubscribing.stop_topic", stop_topic)


@breaks("retention.idle-account")
def blocked_accounts_that_end_without_a_last_mail(hand: Hand) -> None:
    def erase(old: Any, subject: Any, **how: Any) -> Any:
        blocked = User.objects.filter(pk=subject.user_id, is_active=False).exists()
        return old(subject, **{**how, **({"also": bool} if blocked else {})})

    hand.wrap("accounts.erasure.erase", erase)


@breaks("contact.departments", way=Way.CONFIGURATION)
def a_form_that_comes_back_without_the_period(hand: Hand) -> None:
    notice = '{% notice_at_collection "contact.ContactMessage" %}'
    shown_once = f"{{% if not form %}}{notice}{{% endif %}}"
    hand.template("contact/department.html", (notice, shown_once))


@breaks("cookies.none-before-consent", "security.technical")
def errors_that_are_reported_to_another_site(hand: Hand) -> None:
    def error_page(old: Any, *args: Any, **kwargs: Any) -> Any:
        response = old(*args, **kwargs)
        response.headers["Reporting-Endpoints"] = 'default="https://reports.example/a"'
        return response

    hand.wrap("sens_site.errors.error_page", error_page)
