"""What rehearsals of the promises need of this room: readers, sign-ups, and issues of each kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from newsletter import issue_services
from newsletter.composing import Letter
from newsletter.mail_check import Findings, MailRefusedError
from newsletter.models import Check, Issue, Topic
from newsletter.subscribing import SignUp, sign_up, subscribe_account
from newsletter.topics import save_topic
from newsletter.wording import words_shown
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import makes_rows


@contextmanager
def whatever_their_mail_holds() -> Iterator[None]:
    """Let issues leave though the site refuses what their mail holds.

    That turns the promises about it red. Those about who gets an issue, how it ends, and what else a
    visitor meets are to see their own matter.
    """
    letter: Any = Letter
    usual = letter.check

    def lenient(self: Letter, readers: Any) -> Findings:
        try:
            found: Findings = usual(self, readers)
        except MailRefusedError:
            found = Findings(bytes=0, links=0, own_links=0)
        return found

    letter.check = lenient
    try:
        yield
    finally:
        letter.check = usual


@makes_rows
def readers(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Let the account have the newsletter, and two other mailboxes of the person be signed up."""
    topic = Topic(slug="a-check", title="A check of the promises")
    save_topic(topic)

    def asked(email: str) -> SignUp:
        return SignUp(email=email, topics=(topic,), words=words_shown())

    sign_up(asked(f"waits.{person.email}"))
    sign_up(asked(f"held.{person.email}"), trapped=True)
    subscribe_account(user, asked(person.email))


@makes_rows
def issues(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Have one in each state: for a topic that nobody reads, so that no mail comes of it."""
    topic = Topic(slug="no-reader", title="A check of the promises")
    save_topic(topic)

    def written(state: str) -> Issue:
        issue = Issue(
            title=f"A check: {state}",
            slug=f"a-check-{state}",
            summary="Rolled back.",
            body="Read [more](/privacy/).",
            checklist=list(Check.values),
        )
        issue_services.save_draft(issue)
        issue.topics.add(topic)
        return issue

    written("draft")
    with whatever_their_mail_holds():
        issue_services.schedule(written("scheduled"))
    for state in ("sending", "paused", "stopped"):
        issue = written(state)
        with whatever_their_mail_holds():
            issue_services.schedule(issue)
            issue_services.begin(issue)
        if state == "paused":
            issue_services.pause(issue)
        elif state == "stopped":
            issue_services.stop(issue)
