"""Breaks by which one sort of things is passed over: what is handled, assigned, or ended elsewhere."""

from typing import Any

from contact.models import ContactMessageQuerySet
from downloads import watching
from outbox.worker import Worker
from privacy.rights.models import SubjectRequestQuerySet
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_schedules import BY_THE_WORKER
from tests.promises.hand import Hand


@breaks("rights.within-three-months", in_sql=True)
def alarms_about_nothing_that_somebody_handles(hand: Hand) -> None:
    hand.patch.setattr(
        SubjectRequestQuerySet, "open", lambda self: self.filter(closed_at=None, handler="")
    )


@breaks("rights.within-three-months", in_sql=True)
def alarms_about_nothing_that_came_by_letter(hand: Hand) -> None:
    hand.patch.setattr(
        SubjectRequestQuerySet,
        "open",
        lambda self: self.filter(closed_at=None).exclude(channel="letter"),
    )


@breaks("rights.within-three-months", way=Way.CONFIGURATION)
def four_months_at_most(hand: Hand) -> None:
    hand.replace("privacy.rights.deadlines.MONTHS_AT_MOST", 4)


@breaks("use.support", in_sql=True)
def alarms_about_nothing_that_is_assigned(hand: Hand) -> None:
    plain: Any = ContactMessageQuerySet.late
    hand.patch.setattr(
        ContactMessageQuerySet, "late", lambda self: plain(self).filter(assigned_to=None)
    )


@breaks(*BY_THE_WORKER)
def jobs_that_wait_for_the_mail_server(hand: Hand) -> None:
    plain = Worker.run_jobs
    hand.replace(
        "outbox.worker.Worker.run_jobs",
        lambda self: None if self._transport_wait else plain(self),
    )


@breaks("downloads.notices", in_sql=True)
def a_button_at_a_document_that_ends_nothing(hand: Hand) -> None:
    plain = watching.stop_watching
    hand.replace(
        "downloads.views.watching.stop_watching",
        lambda watches: None if watches._hints else plain(watches),
    )
