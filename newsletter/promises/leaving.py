"""Promises about leaving: at once, for what is queued too, and with nothing left but a keyed hash."""

import re
import secrets
from collections.abc import Callable, Iterator
from email.parser import BytesHeaderParser
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.test import override_settings
from django.utils import timezone

from newsletter.importing import Row, import_rows
from newsletter.models import Subscriber, Suppression, Topic
from newsletter.promises.every_reader import in_each_state, nothing_waits_for
from newsletter.promises.issues import TEN_YEARS, addresses_of, an_issue, must_have_a_way_out, sent
from newsletter.promises.readers import PURPOSE, Reader, named_in_tables
from newsletter.promises.sources import (
    CAME,
    age,
    at_the_desk,
    confirm_address,
    like,
    live_on,
    of_each_source,
    somebody_logged_in,
    step_of_staff,
)
from newsletter.suppression import may_be_mailed
from outbox.models import OutboxMail
from outbox.services import claim_next
from privacy.datamap.erasure import erase
from privacy.datamap.promises.purging import PURGE, done_by_the_job
from privacy.datamap.promises.rules import rules_are_those_that_are_known
from privacy.datamap.subjects import keyed_hashes, subject_of
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.seen_links import button_is_seen
from privacy.rights.promises.stored_requests import proven_objections

HEADER = "List-Unsubscribe"
ONE_CLICK = {HEADER: "One-Click"}
CHOICES = "/privacy/choices/"
TWO_SOURCES = CAME[2:4]
"""Whom a way is tried with that takes many pages: whose address the account or staff have given."""


def _issues_for(email: str) -> int:
    return OutboxMail.objects.filter(purpose=PURPOSE, recipient=email).count()


@promise("mail.unsubscribe-link", look=Look.REHEARSAL)
def every_issue_has_a_way_out(site: RunningSite) -> Evidence:
    """An issue is sent to two readers: each has a link of their own, and it opens a page."""
    with an_issue(site) as issue:
        topic = issue.topics.get()
        leaving = list(_readers_who_leave(site, topic))
        ways = [must_have_a_way_out(mail) for mail in sent(issue).mails]
        require(len(set(ways)) == 2, f"two readers have {len(set(ways))} links to unsubscribe")
        for way in ways:
            opened = site.get(way)
            require(opened.status == 200, f"the link to unsubscribe answers {opened.status}")
            forms = opened.page.forms(way) or opened.page.forms()
            button_is_seen(site, opened, forms[0] if forms else None, "unsubscribe")
        readers = Subscriber.objects.filter(email__in=addresses_of(issue.slug))
        require(
            readers.filter(state="confirmed").count() == 2,
            "opening the link has ended a subscription",
        )
        before = Suppression.objects.filter(purpose=PURPOSE).count()
        for who, reader, data in leaving:
            _must_leave(site, who, reader, data)
        hashes = Suppression.objects.filter(purpose=PURPOSE).count() - before
        require(hashes == len(leaving), "not everybody who leaves is never written to again")
    return Evidence(
        "Played through for this check: both readers of an issue had a link of their own to "
        "unsubscribe, in text, in HTML and for their mail program, and it opened. However a reader had "
        "come, and parked or not, the button, the mail program and the end of the last topic ended it.",
        {"mails read": len(ways), "readers who left": len(leaving)},
    )


def _readers_who_leave(
    site: RunningSite, topic: Topic
) -> Iterator[tuple[str, Subscriber, dict[str, str]]]:
    """Yield readers of each source, with what the link to unsubscribe is to be sent by each.

    Who ends all of it by one press has more than one topic.
    """
    button, last_topic = {"all": ""}, {"topic": topic.slug}
    others = [Topic.objects.create(slug=f"{topic.slug}-{n}", title="Another") for n in (1, 2)]
    for came, row in of_each_source(site, topic).items():
        yield f"{came}, by the button", like(row, topic, *others), button
        yield f"{came}, by the mail program", like(row, topic, *others), ONE_CLICK
        yield f"{came}, long ago and parked, by the mail program", like(row, topic), ONE_CLICK
        yield f"{came}, long ago and parked, by the last topic", like(row, topic), last_topic
    for how, data in (("button", button), ("mail program", ONE_CLICK), ("last topic", last_topic)):
        yield f"held by a restriction, by the {how}", like(row, topic), data


def _must_leave(site: RunningSite, who: str, reader: Subscriber, data: dict[str, str]) -> None:
    """Require that the link of a reader's own issue ends it."""
    mail = OutboxMail.objects.filter(purpose=PURPOSE, recipient=reader.email).first()
    header = str(BytesHeaderParser().parsebytes(bytes(mail.message))[HEADER]) if mail else ""
    require(header.startswith("<"), f"an issue with a way out is not written to a reader ({who})")
    live_on(reader, who)
    elsewhere = {"Origin": "https://mail.example", "Sec_Fetch_Site": "cross-site"}
    way = urlsplit(header.strip("<>")).path
    site.visitor().post(way, data, **(elsewhere if data == ONE_CLICK else {}))
    stays = Subscriber.objects.filter(email=reader.email).exists()
    require(not stays, f"the link to unsubscribe ends nothing for some readers ({who})")
    nothing_waits_for(reader.email)


@promise("mail.unsubscribe-prompt", look=Look.REHEARSAL)
def a_press_takes_back_what_waits(site: RunningSite) -> Evidence:
    """Two readers leave while their issue waits: by the page, and by their mail program."""
    with an_issue(site) as issue:
        slug = issue.topics.get().slug
        by_page, by_program = (Reader(site).signs_up(slug).confirms() for _ in range(2))
        changes = Reader(site).signs_up(slug).confirms()
        stays = sent(issue).mails
        for reader, data in ((by_page, {}), (by_program, ONE_CLICK)):
            require(_issues_for(reader.email) == 1, "an issue is not written to a reader")
            way = reader.link("unsubscribe")
            opened = site.get(way)
            require(opened.status == 200, f"the link to unsubscribe answers {opened.status}")
            require(_issues_for(reader.email) == 1, "opening the link takes an issue back")
            in_each_state(OutboxMail.objects.get(purpose=PURPOSE, recipient=reader.email))
            answer = site.visitor().post(way, data)
            expected = 200 if data else 303
            require(answer.status == expected, f"a press to unsubscribe answers {answer.status}")
            require(_issues_for(reader.email) == 0, "an issue still waits for who has unsubscribed")
            EmailMessage("A new password", "Rolled back.", to=[reader.email]).send()
            service = OutboxMail.objects.filter(recipient=reader.email, purpose="service")
            require(service.exists(), "who ends the newsletter gets no other mail any more")
        left = OutboxMail.objects.filter(pk__in=[mail.pk for mail in stays]).count()
        require(left == len(stays) == 2, "the press of one reader takes the issues of others back")
        other = Topic.objects.create(slug=f"{slug}-2", title="Another").slug
        answer = site.visitor().post(changes.link("preferences"), {"topics": [other]})
        require(answer.status == 303, f"a reader’s choice of topics answers {answer.status}")
        leaves = _taken_by_a_worker()
        require(changes.email not in leaves, "an issue leaves for who has ended its topic")
        require(leaves >= {mail.recipient for mail in stays}, "an issue that is wished for waits")
    return Evidence(
        "Played through for this check: two readers unsubscribed while an issue waited, one by the "
        "page and one by the mail program. Theirs was taken back at once, and that of others went on.",
        {"readers who left": 2, "issues taken back": 2},
    )


def _taken_by_a_worker() -> set[str]:
    """Return to whom the issues go that a worker takes. In a rehearsal: nothing is sent.

    What has gone out within the hour counts against the cap of mails to many: it is none of ours.
    """
    OutboxMail.objects.exclude(purpose=PURPOSE, sent_at=None).delete()
    taken = set()
    while mail := claim_next():
        taken.add(mail.recipient)
    return taken


@promise("retention.newsletter", look=Look.REHEARSAL)
def a_reader_stays_until_leaving_and_then_as_a_hash(site: RunningSite) -> Evidence:
    """After ten years a reader is still there. Who leaves is nowhere, but for a hash made with a key."""
    rules_are_those_that_are_known("retention.newsletter")
    with site.rehearsal():
        reader, stays = (Reader(site).signs_up().confirms() for _ in range(2))
        long_ago = timezone.now() - TEN_YEARS
        both = Subscriber.objects.filter(email__in=[reader.email, stays.email])
        both.update(created_at=long_ago, confirmed_at=long_ago)
        done_by_the_job(PURGE)
        require(both.count() == 2, "a subscription is deleted while its reader keeps it")
        before = set(Suppression.objects.values_list("pk", flat=True))
        site.visitor().post(reader.link("unsubscribe"), {})
        named = named_in_tables(reader.email)
        require(not named, f"the address of who has unsubscribed stands in {named[:1]}")
        nothing_waits_for(reader.email)
        left = list(Suppression.objects.exclude(pk__in=before))
        require(len(left) == 1, f"{len(left)} hashes stay of who has unsubscribed")
        Suppression.objects.filter(pk=left[0].pk).update(at=long_ago)
        done_by_the_job(PURGE)
        require(Suppression.objects.filter(pk=left[0].pk).exists(), "the hash does not stay")
        _must_be_keyed(left[0], reader.email)
        _no_list_brings_back(reader.email)
        require(stays.is_confirmed, "another reader is gone as well")
        left_otherwise = _every_way_leaves_a_hash(site)
    return Evidence(
        "Played through for this check: a subscription stayed for ten years; when its reader "
        "unsubscribed, only a keyed hash of the address was left, by which no list of the company "
        "brought it back, also with another key of the site. So it was for each source of "
        "readers, when staff, the account or a deletion ended it.",
        {"years": 10, "hashes left": 1 + left_otherwise},
    )


def _every_way_leaves_a_hash(site: RunningSite) -> int:
    """Require it where staff, the owner's account or a deletion end it, for each source of readers."""
    topic = Topic.objects.create(slug=f"check-{secrets.token_hex(4)}", title="A check")
    played, desk = of_each_source(site, topic), at_the_desk(site)
    ways: dict[str, tuple[Callable[[list[Subscriber]], None], tuple[str, ...]]] = {
        "staff end it": (lambda readers: _ended_by(desk, readers), TWO_SOURCES),
        "the account refuses promotional mail": (lambda readers: _refused(site, readers), CAME),
        "the person is erased": (lambda readers: _erased(site, readers), CAME),
    }
    for way, (end, sources) in ways.items():
        readers = [like(played[came], topic) for came in sources]
        for reader in readers:
            age(reader)
        before = Suppression.objects.filter(purpose=PURPOSE).count()
        end(readers)
        for came, reader in zip(sources, readers, strict=True):
            named = named_in_tables(reader.email)
            require(not named, f"where {way}, the address stays in {named[:1]} ({came})")
        hashes = Suppression.objects.filter(purpose=PURPOSE).count() - before
        require(hashes == len(readers), f"where {way}, not every address leaves a hash")
    return sum(len(sources) for _, sources in ways.values())


def _ended_by(desk: Visitor, readers: list[Subscriber]) -> None:
    for one in readers:
        step_of_staff(desk, one, "end")


def _owner_of(site: RunningSite, readers: list[Subscriber]) -> tuple[AbstractBaseUser, Visitor]:
    """Return an account of which all these addresses are."""
    user, visitor = somebody_logged_in(site, readers[0].email)
    for other in readers[1:]:
        confirm_address(user, other.email)
    return user, visitor


def _refused(site: RunningSite, readers: list[Subscriber]) -> None:
    user, visitor = _owner_of(site, readers)
    accounts = type(user)._default_manager.filter(pk=user.pk)
    accounts.update(marketing_opt_in_at=timezone.now())
    answer = visitor.post("/accounts/profile/", {"name": "A check"})
    require(answer.status == 303, f"a profile in order is answered with {answer.status}")


def _erased(site: RunningSite, readers: list[Subscriber]) -> None:
    user, _ = _owner_of(site, readers)
    erase(subject_of(user), cause="check")


def _must_be_keyed(row: Suppression, email: str) -> None:
    """Require that nobody finds an address by hashing many."""
    plain = {sha256(one.encode()).hexdigest() for one in (email, f"{row.purpose}{email}")}
    require(row.address_hash not in plain, "the hash is made without a key")
    require(len(row.address_hash) == 64, "what stays is no SHA-256")
    require(row.purpose == PURPOSE, f"who ends the newsletter is written down under {row.purpose}")


def _no_list_brings_back(email: str) -> None:
    """Require that no list of the company asks who has left, be the key of the site another by then."""
    former = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    anew = {"SECRET_KEY": secrets.token_urlsafe(48), "SECRET_KEY_FALLBACKS": former}
    for how, changed in (("", {}), (", once the key of the site is another", anew)):
        with override_settings(**changed):
            import_rows([Row(email, (), "A check of the promises, rolled back.")])
        again = Subscriber.objects.filter(email=email).exists()
        require(not again, f"a list brings back who has unsubscribed{how}")


@promise("retention.newsletter", look=Look.ROWS)
def no_stored_reader_has_left(site: RunningSite) -> Evidence:
    """No address stands under both, and what is kept of who has left is hashes."""
    hashes = dict(Suppression.objects.filter(purpose=PURPOSE).values_list("address_hash", "pk"))
    odd = [one for one in hashes if len(one) != 64 or set(one) - set("0123456789abcdef")]
    require(not odd, "of somebody who has unsubscribed more than a hash is kept")
    readers = Subscriber.objects.filter(state="confirmed").values_list("email", flat=True)
    both = sum(
        bool(keyed_hashes("newsletter.suppression", email) & hashes.keys())
        for email in readers.iterator()
    )
    require(not both, f"{both} addresses are kept though their readers have unsubscribed")
    return Evidence(
        "No address is kept of somebody who has unsubscribed.",
        {"readers": len(readers), "keyed hashes": len(hashes)},
    )


@promise("rights.object-to-marketing", look=Look.REHEARSAL)
def an_objection_ends_the_newsletter_of_who_has_no_account(site: RunningSite) -> Evidence:
    """It counts with the button behind the mailed link, for what waits too, and for nobody else."""
    with an_issue(site) as issue:
        topic = issue.topics.get()
        slug = topic.slug
        objects, stays = (Reader(site).signs_up(slug).confirms() for _ in range(2))
        played = of_each_source(site, topic)
        sent(issue)
        _object(site, objects)
        for came in TWO_SOURCES:
            row = like(played[came], topic)
            age(row)
            other = Reader(site, row.email)
            _object(site, other)
            require(other.row is None, f"an objection leaves the newsletter as it is ({came})")
        require(objects.row is None, "an objection leaves the newsletter as it is")
        require(_issues_for(objects.email) == 0, "an issue still waits for who has objected")
        require(
            stays.is_confirmed and _issues_for(stays.email) == 1,
            "an objection ends the newsletter of somebody else",
        )
        require(not may_be_mailed(objects.email), "a list of addresses brings who objected back")
        reads_nothing = Reader(site)
        _object(site, reads_nothing)
        import_rows([Row(reads_nothing.email, (), "A check of the promises, rolled back.")])
        require(reads_nothing.row is None, "a list brings somebody who has objected beforehand")
        objects.signs_up(slug).confirms()
        require(may_be_mailed(objects.email), "who has objected cannot sign up again")
    return Evidence(
        "Played through for this check: a reader without an account objected by the form. With the "
        "button behind the mailed link the newsletter ended, and what waited was taken back; it "
        "begins again only if the reader signs up. Nobody else’s ended.",
        {"readers who objected": 1 + len(TWO_SOURCES), "issues taken back": 1},
    )


def _object(site: RunningSite, reader: Reader) -> None:
    """Object by the form, and press the button behind the mailed link."""
    data, reads = (
        {"kind": "objection", "name": "A check", "email": reader.email},
        reader.is_confirmed,
    )
    answer = site.visitor().post(CHOICES, data)
    require(answer.status == 303, f"an objection without a reason is answered {answer.status}")
    require(reader.is_confirmed is reads, "anybody who types an address objects for its owner")
    links = re.findall(r"https?://[^/\s]+(/privacy/confirm/\S+)", reader.words)
    require(links, "who objects by the form gets no link by which to show who they are")
    site.visitor().post(links[-1], {})


@promise("rights.object-to-marketing", look=Look.ROWS)
def no_stored_reader_has_objected(site: RunningSite) -> Evidence:
    """No address is signed up that was so before an objection which has been proven."""
    proven = proven_objections()
    for address, at in proven:
        still = Subscriber.objects.filter(email=address, confirmed_at__lt=at).count()
        require(not still, f"{still} readers get a newsletter to which they objected")
    return Evidence(
        "No reader gets the newsletter who has objected to it.",
        {"proven objections": len(proven), "readers who still get it": 0},
    )
