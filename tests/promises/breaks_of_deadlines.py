"""Breaks of how long requests are kept, and by when they are answered."""

import os
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from outbox.models import JobRun
from privacy.datamap.periods import Period
from privacy.datamap.registry import entries
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.intake import open_request
from privacy.rights.models import (
    ExportFile,
    RequestEvent,
    RequestNote,
    SubjectRequest,
    VendorTask,
)
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_periods import ago, in_force_instead, job, keep_for
from tests.promises.hand import Hand


def request(*, received: datetime, closed: datetime | None = None) -> SubjectRequest:
    """Return a request without words."""
    row = SubjectRequest.objects.create(
        kind=Kind.ACCESS, channel=Channel.FORM, received_at=received, due_on=received.date(),
        closed_at=closed,
    )  # fmt: skip
    RequestEvent.objects.create(request=row, did=Did.RECEIVED, at=received)
    if closed:
        RequestEvent.objects.create(request=row, did=Did.ANSWERED, at=closed)
    return row


def closed_two_years_ago() -> SubjectRequest:
    return request(received=ago(days=740), closed=ago(days=730))


@breaks("rights.restriction", way=Way.ROWS)
def a_stored_restriction_that_ended_unsaid(hand: Hand) -> None:
    row = request(received=ago(days=3))
    row.kind, row.email = Kind.RESTRICTION, "ada@customer.test"
    row.save()
    RequestEvent.objects.create(request=row, did=Did.RESTRICTED, at=ago(days=2))


@breaks("retention.requests")
def notes_of_staff_that_stay_ten_years(hand: Hand) -> None:
    keep_for(hand, "rights.RequestNote", period=Period(years=10))


@breaks("retention.requests")
def evidence_of_vendors_that_stays_ten_years(hand: Hand) -> None:
    keep_for(hand, "rights.VendorTask", period=Period(years=10))


@breaks("retention.requests")
def mailed_links_that_stay(hand: Hand) -> None:
    hand.frozen(entries()["rights.MailedLink"], "keep", ())


@breaks("retention.requests", in_sql=True)
def refused_requests_that_stay(hand: Hand) -> None:
    entry = entries()["rights.SubjectRequest"]
    where = {"events__did__in": ("answered", "withdrawn", "spam")}
    hand.frozen(entry, "keep", tuple(replace(keep, where=where) for keep in entry.keep))


@breaks("retention.requests", in_sql=True)
def requests_that_go_by_the_day_of_receipt(hand: Hand) -> None:
    entry = entries()["rights.SubjectRequest"]
    hand.frozen(
        entry, "keep", tuple(replace(keep, after="received_at", where={}) for keep in entry.keep)
    )


@breaks("retention.requests")
def copies_that_stay(hand: Hand) -> None:
    hand.frozen(entries()["rights.ExportFile"], "keep", ())


@breaks("retention.requests", way=Way.CONFIGURATION)
def files_of_copies_that_are_looked_for_once_a_year(hand: Hand) -> None:
    job(hand, "remove stray copies", every_seconds=365 * 24 * 3600)


@breaks("rights.within-three-months", way=Way.ROWS)
def three_months_that_end_without_an_alarm(hand: Hand) -> None:
    from privacy.rights.promises.deadlines import received_so_that_it_ends

    tomorrow = timezone.localdate() + timedelta(days=1)
    received = received_so_that_it_ends(tomorrow, extended=True)
    row = request(received=received)
    event = RequestEvent.objects.create(
        request=row, did=Did.EXTENDED, at=received + timedelta(days=9)
    )
    RequestNote.objects.create(event=event, text="It takes longer")


@breaks("retention.requests", way=Way.CONFIGURATION)
def a_policy_that_says_five_years(hand: Hand) -> None:
    in_force_instead("their text 12 months after closing", "their text 60 months after closing")


@breaks("retention.requests", way=Way.ROWS)
def a_text_of_a_request_closed_two_years_ago(hand: Hand) -> None:
    row = closed_two_years_ago()
    SubjectRequest.objects.filter(pk=row.pk).update(text="Who I am")


@breaks("retention.requests", way=Way.ROWS)
def a_note_about_a_request_closed_two_years_ago(hand: Hand) -> None:
    event = closed_two_years_ago().events.get(did=Did.ANSWERED)
    RequestNote.objects.create(event=event, text="We told them so")


@breaks("retention.requests", way=Way.ROWS)
def evidence_about_a_request_closed_two_years_ago(hand: Hand) -> None:
    VendorTask.objects.create(
        request=closed_two_years_ago(), vendor="hosting", due_on=ago(days=735), evidence="Mail"
    )


@breaks("retention.requests", way=Way.ROWS)
def an_outline_of_four_years(hand: Hand) -> None:
    request(received=ago(days=4 * 365 + 9), closed=ago(days=4 * 365))


@breaks("retention.requests", way=Way.ROWS)
def a_copy_that_has_waited_for_months(hand: Hand) -> None:
    ExportFile.objects.create(
        request=request(received=timezone.now()), file_name="x.zip", made_at=ago(days=90),
        expires_at=ago(days=-900),
    )  # fmt: skip


@breaks("retention.requests", way=Way.ROWS)
def a_file_of_a_copy_that_no_row_knows(hand: Hand) -> None:
    from privacy.rights.private_storage import folder

    stray = folder() / "stray.zip"
    stray.write_bytes(b"PK")
    hand.on_release(lambda: stray.unlink(missing_ok=True))
    os.utime(stray, (0, 0))


@breaks("rights.answer-within-30-days", "rights.within-three-months", way=Way.ROWS)
def a_request_open_for_200_days_and_held(hand: Hand) -> None:
    row = request(received=ago(days=200))
    SubjectRequest.objects.filter(pk=row.pk).update(is_held=True)


@breaks("rights.answer-within-30-days", way=Way.ROWS, measured=True)
def a_request_that_was_answered_after_forty_days(hand: Hand) -> None:
    request(received=ago(days=60), closed=ago(days=20))


@breaks("rights.answer-within-30-days", "rights.within-three-months", way=Way.ROWS)
def a_request_that_was_answered_after_four_months(hand: Hand) -> None:
    request(received=ago(days=180), closed=ago(days=60))


@breaks("rights.answer-within-30-days", way=Way.ROWS)
def a_request_that_is_filed_under_a_later_day(hand: Hand) -> None:
    row = request(received=timezone.now())
    SubjectRequest.objects.filter(pk=row.pk).update(due_on=ago(days=-60))


@breaks("rights.answer-within-30-days", way=Way.ROWS)
def a_request_that_is_filed_as_closed_without_an_answer(hand: Hand) -> None:
    row = request(received=timezone.now())
    SubjectRequest.objects.filter(pk=row.pk).update(closed_at=timezone.now())


@breaks("rights.answer-within-30-days", way=Way.ROWS)
def a_request_of_the_future(hand: Hand) -> None:
    request(received=ago(days=-400))


@breaks("rights.answer-within-30-days", "rights.told-of-delay", "rights.by-webmaster-form")
def thirty_days_without_the_month(hand: Hand) -> None:
    hand.replace("privacy.rights.deadlines.due_on", lambda day: day + timedelta(days=31))


@breaks("rights.told-of-delay", way=Way.ROWS)
def more_time_taken_when_it_was_over(hand: Hand) -> None:
    row = request(received=ago(days=60))
    event = RequestEvent.objects.create(request=row, did=Did.EXTENDED, at=ago(days=20))
    RequestNote.objects.create(event=event, text="It takes longer")


@breaks("rights.told-of-delay", way=Way.ROWS, measured=True)
def more_time_taken_without_a_word(hand: Hand) -> None:
    row = request(received=ago(days=10))
    SubjectRequest.objects.filter(pk=row.pk).update(text="What do you hold?")
    RequestEvent.objects.create(request=row, did=Did.EXTENDED, at=ago(days=5))


@breaks("rights.told-of-delay", way=Way.CONFIGURATION)
def a_notice_of_a_delay_to_nobody(hand: Hand) -> None:
    hand.template("privacy/rights/mail/extended.txt", ("{{ reason }}", "See the site."))


@breaks("rights.within-three-months")
def alarms_that_come_when_it_is_too_late(hand: Hand) -> None:
    hand.replace("privacy.rights.deadlines.STAGES", (100,))


@breaks("rights.within-three-months")
def a_late_request_that_is_told_of_once(hand: Hand) -> None:
    hand.replace("privacy.rights.alarms.stage_of", lambda alarm, today: f"{alarm.value} %")


@breaks("rights.within-three-months", in_sql=True)
def alarms_about_nothing_that_is_held(hand: Hand) -> None:
    from privacy.rights.models import SubjectRequestQuerySet

    hand.patch.setattr(
        SubjectRequestQuerySet, "open", lambda self: self.filter(closed_at=None, is_held=False)
    )


@breaks("rights.within-three-months")
def alarms_that_find_no_request(hand: Hand) -> None:
    job(hand, "request alarms", when=lambda: False)


@breaks("rights.within-three-months", way=Way.CONFIGURATION)
def alarms_once_a_quarter(hand: Hand) -> None:
    job(hand, "request alarms", every_seconds=90 * 24 * 3600)


@breaks("rights.within-three-months", way=Way.CONFIGURATION)
def alarms_that_are_mailed_to_nobody(hand: Hand) -> None:
    hand.replace("privacy.rights.mails.tell_desk", lambda *args, **kwargs: None)


@breaks("rights.answer-within-30-days", way=Way.ROWS)
def a_request_without_an_alarm_on_its_last_day(hand: Hand) -> None:
    from privacy.rights.promises.deadlines import received_so_that_it_ends

    tomorrow = timezone.localdate() + timedelta(days=1)
    request(received=received_so_that_it_ends(tomorrow, extended=False))


@breaks("rights.within-three-months", way=Way.ROWS)
def alarms_that_have_not_run_for_a_week(hand: Hand) -> None:
    row = open_request(
        kind=Kind.QUESTION, name="A", email="a@example.com", text="A", channel=Channel.FORM,
        received_at=ago(days=5),
    )  # fmt: skip
    assert row.is_open
    JobRun.objects.create(name="request alarms", started_at=ago(days=7), succeeded_at=ago(days=7))
