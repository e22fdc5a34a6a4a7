"""Breaks that begin a period anew, or never let it end: code that writes the time from which it counts."""

from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def adds(hand: Hand, path: str, code: str) -> None:
    """Let a module be read with a function more in it."""
    lines = "\n".join(f"    {line}" for line in code.splitlines())
    hand.wrap(
        "privacy.datamap.promises.written_times.source_of",
        lambda old, read: f"{old(read)}\ndef begins():\n{lines}\n" if read == path else old(read),
    )


@breaks("newsletter.unconfirmed")
def a_reminder_that_begins_the_seven_days_anew(hand: Hand) -> None:
    adds(hand, "newsletter/subscribing.py", "waiting.update(reminded_at=now, created_at=now)")


@breaks("newsletter.unconfirmed")
def a_reminder_that_begins_them_anew_by_a_name(hand: Hand) -> None:
    adds(hand, "newsletter/sending.py", "setattr(reader, 'created_at', now)")


@breaks("retention.messages")
def an_automatic_answer_that_begins_the_24_months_anew(hand: Hand) -> None:
    adds(hand, "contact/replies.py", "message.text, message.answered_at = text, now")


@breaks("retention.messages")
def a_wait_for_an_answer_that_begins_later(hand: Hand) -> None:
    adds(hand, "contact/teamwork.py", "waiting.update(**{'received_at': now})")


@breaks("retention.requests")
def a_note_that_closes_a_request_once_more(hand: Hand) -> None:
    adds(hand, "privacy/rights/handling.py", "values['closed_at'] = now")


@breaks("retention.downloads")
def a_download_that_makes_an_older_one_new(hand: Hand) -> None:
    adds(hand, "downloads/records.py", "DownloadRecord.objects.filter(user=user).update(at=now)")


@breaks("retention.visits")
def a_view_that_makes_earlier_ones_new(hand: Hand) -> None:
    adds(hand, "visits/services.py", "cursor.execute('UPDATE visits_pageview SET seen_at = %s')")


@breaks("retention.sent-mail")
def a_sent_mail_that_is_sent_later_on_paper(hand: Hand) -> None:
    adds(hand, "outbox/services.py", "mail.sent_at += A_YEAR")


@breaks("retention.consent-receipts")
def a_receipt_that_is_replaced_when_it_is_looked_at(hand: Hand) -> None:
    adds(hand, "privacy/consent/receipt_views.py", "receipt.replaced_at: datetime = now")


@breaks("retention.idle-account")
def a_mail_that_counts_as_a_log_in(hand: Hand) -> None:
    adds(hand, "accounts/jobs.py", "User.objects.filter(pk=pk).update(last_login=now)")
