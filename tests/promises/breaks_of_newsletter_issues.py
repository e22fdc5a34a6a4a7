"""Breaks of what the policy says about issues: unchecked, without a way out, or never looked at."""

from typing import Any

from django.utils import timezone

from newsletter.models import Issue, Topic
from outbox.models import OutboxMail
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

FOUND = {"remote_references": 0, "tracking_links": 0, "links": 1, "own_links": 2, "bytes": 9}
WHOLE = ["readers", "practical", "facts", "links"]


def an_issue_that_was_sent(**changes: Any) -> Issue:
    issue = Issue.objects.create(
        **{
            "title": "Spring", "slug": "spring", "summary": "s", "body": "b", "state": "sent",
            "started_at": timezone.now(), "findings": FOUND, "checklist": WHOLE, **changes,
        }
    )  # fmt: skip
    issue.topics.add(Topic.objects.first() or Topic.objects.create(slug="a", title="A"))
    return issue


@breaks("newsletter.archive")
def a_check_of_issues_that_finds_nothing(hand: Hand) -> None:
    from newsletter.mail_check import Findings

    hand.replace("newsletter.composing.check_mails", lambda mails: Findings(1, 1, 2))


@breaks("newsletter.archive")
def an_archive_that_forgets(hand: Hand) -> None:
    hand.replace("newsletter.archive_views.PAGE", 0)


@breaks("newsletter.archive", way=Way.CONFIGURATION)
def an_issue_without_what_its_check_found(hand: Hand) -> None:
    hand.template(
        "newsletter/issue/issue.html",
        ("<dd>{{ issue.findings.tracking_links }}</dd>", "<dd>few</dd>"),
    )


@breaks("newsletter.archive", way=Way.ROWS)
def an_issue_that_was_sent_with_a_pixel(hand: Hand) -> None:
    an_issue_that_was_sent(findings={**FOUND, "remote_references": 1})


@breaks("newsletter.archive", way=Way.ROWS)
def an_issue_that_was_sent_with_a_link_that_counts(hand: Hand) -> None:
    an_issue_that_was_sent(body="[More](https://www.example.com/?utm_source=mail)")


@breaks("mail.unsubscribe-link", way=Way.CONFIGURATION)
def a_link_out_under_another_name(hand: Hand) -> None:
    hand.template("newsletter/mail/issue.html", (">Unsubscribe<", ">More<"))


@breaks("mail.unsubscribe-link")
def a_way_out_of_another_reader(hand: Hand) -> None:
    from newsletter.links import address_of

    first: list[Any] = []

    def shared(reader: Any, use: str) -> str:
        first.append(reader)
        return address_of(first[0], use)

    hand.replace("newsletter.sending.address_of", shared)


@breaks("mail.unsubscribe-link")
def a_way_out_that_leads_nowhere(hand: Hand) -> None:
    from newsletter.links import address_of

    hand.replace(
        "newsletter.sending.address_of", lambda reader, use: f"{address_of(reader, use)}x/"
    )


@breaks("mail.unsubscribe-link", way=Way.ROWS)
def a_waiting_issue_without_the_header(hand: Hand) -> None:
    from newsletter.composing import Letter, OwnLinks

    links = OwnLinks(
        "https://testserver/newsletter/preferences/a/",
        "https://testserver/newsletter/unsubscribe/a/",
    )
    issue = an_issue_that_was_sent()
    mime = Letter(issue, ()).to("a@example.com", message_id="<1@example.com>", links=links)
    OutboxMail.objects.create(
        message_id="<1@example.com>", purpose="newsletter", sender="a@example.com",
        recipient="a@example.com", subject="s",
        message=mime.replace(b"List-Unsubscribe-Post", b"X-Other"),
    )  # fmt: skip


@breaks("newsletter.scope")
def a_checklist_that_nobody_has_to_tick(hand: Hand) -> None:
    hand.replace("newsletter.issue_services.Check", ())


@breaks("newsletter.scope")
def an_issue_for_nobody_in_particular(hand: Hand) -> None:
    def without(old: Any, issue: Issue) -> Any:
        return [fault for fault in old(issue) if "topics" not in fault]

    hand.wrap("newsletter.issue_services.obstacles", without)


@breaks("newsletter.scope", way=Way.ROWS)
def an_issue_that_nobody_has_looked_at(hand: Hand) -> None:
    an_issue_that_was_sent(checklist=["readers"])


@breaks("newsletter.scope", way=Way.ROWS)
def an_issue_that_was_sent_to_no_topic(hand: Hand) -> None:
    an_issue_that_was_sent().topics.clear()


@breaks("beacons.in-mail", "newsletter.archive", way=Way.CONFIGURATION)
def a_pixel_in_the_mail_of_an_issue(hand: Hand) -> None:
    pixel = '<img src="https://beacon.test/1.gif"></main>'
    hand.template("newsletter/mail/issue.html", ("</main>", pixel))


@breaks("beacons.in-mail", "newsletter.archive")
def a_pixel_in_the_look_of_mails(hand: Hand) -> None:
    def with_look(old: Any, page: str) -> str:
        picture = "background: #ffffff url(https://beacon.test/1.gif); "
        return str(old(page)).replace('<body style="', f'<body style="{picture}', 1)

    for room in ("newsletter.composing", "privacy.policy.notices"):
        hand.wrap(f"{room}.with_look", with_look)


@breaks("newsletter.archive")
def links_of_an_issue_over_a_counter(hand: Hand) -> None:
    from newsletter.composing import Letter

    plain, over = Letter._absolute, 'href="https://clicks.test/?to='
    hand.patch.setattr(Letter, "_absolute", lambda *args: plain(*args).replace('href="', over, 1))


@breaks("newsletter.archive")
def links_to_others_that_say_where_a_reader_comes_from(hand: Hand) -> None:
    """Under a name that nobody looks for."""
    from newsletter.composing import Letter

    plain = Letter._absolute

    def with_more(self: Letter, found: Any) -> str:
        href = plain(self, found)
        return href.replace("?", "?via=mail&amp;", 1) if "example.com" in href else href

    hand.patch.setattr(Letter, "_absolute", with_more)


@breaks("mail.unsubscribe-link", "newsletter.archive", "newsletter.scope")
def an_issue_that_is_never_sent(hand: Hand) -> None:
    hand.replace("newsletter.sending.write_copies", lambda issue: 0)
