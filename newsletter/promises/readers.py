"""Promises about becoming a reader: signing up, confirming, choosing, and what waits too long.

Readers sign up by the form, from addresses of people who do not exist, and confirm by what is in
the mail. Periods are literals of the policy.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy

from django.apps import apps
from django.db.models import F
from django.utils import timezone

from newsletter.importing import Row, import_rows
from newsletter.models import Subscriber, Topic
from newsletter.subscribing import release_held
from outbox.models import OutboxMail
from privacy.datamap.holds import held_subjects, without_held
from privacy.datamap.promises.filled_rows import fill
from privacy.datamap.promises.purging import (
    LATE,
    PURGE,
    done_by_the_job,
    purge_keeps,
    ran_lately,
    runs_daily,
)
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite
from privacy.promises.seen_links import are_seen, footer_of

SIGN_UP = "/newsletter/"
REMINDERS = "reminders of newsletter sign-ups"
SEVEN_DAYS = timedelta(days=7)
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
PURPOSE = "newsletter"
MOST_GUESSES = 10
"""So often somebody may mistype a code. A guesser who may try on for seven days would find one."""


@dataclass
class Reader:
    """Somebody who does not exist, and the browser in which they sign up."""

    site: RunningSite
    email: str = field(default_factory=lambda: f"check{secrets.token_hex(6)}@example.com")

    def __post_init__(self) -> None:
        self.visitor = self.site.visitor()
        self.waits_at = ""

    def signs_up(self, *topics: str) -> "Reader":
        """Send the form of the sign-up page, as it is."""
        answer = self.visitor.fill_in(SIGN_UP, {"email": self.email, "topics": list(topics)})
        require(answer.status == 303, f"a sign-up in order is answered with {answer.status}")
        self.waits_at = answer.header("Location").partition("?")[0].partition("#")[0]
        return self

    def confirms(self) -> "Reader":
        """Press the button behind the mailed link."""
        answer = self.site.visitor().post(self.link("confirm"), {})
        require(answer.status == 303, f"the button of a sign-up answers {answer.status}")
        return self

    def types_the_code(self) -> "Reader":
        """Type the mailed code into the page that came after the form."""
        codes: list[str] = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", self.words)
        require(codes, "the mail holds no code")
        self.visitor.post(self.waits_at, {"code": codes[-1]})
        return self

    @property
    def mails(self) -> list[OutboxMail]:
        return list(OutboxMail.objects.filter(recipient=self.email).order_by("pk"))

    @property
    def words(self) -> str:
        """All that was written to the reader."""
        texts = (message_from_bytes(bytes(m.message), policy=policy.default) for m in self.mails)
        bodies = (text.get_body(("plain",)) for text in texts)
        return "\n".join(str(body.get_content()) for body in bodies if body)

    def link(self, use: str) -> str:
        """Return the newest link for a use in the reader's mails."""
        found: list[str] = re.findall(rf"https?://[^/\s]+(/newsletter/{use}/\S+)", self.words)
        require(found, f"no mail to a reader holds a link to {use}")
        return found[-1]

    @property
    def row(self) -> Subscriber | None:
        return Subscriber.objects.filter(email=self.email).first()

    @property
    def is_confirmed(self) -> bool:
        return self.row is not None and self.row.state == "confirmed"

    @property
    def reads(self) -> list[str]:
        return [] if self.row is None else sorted(one.slug for one in self.row.topics.all())

    def aged(self, age: timedelta) -> None:
        """Let the sign-up have happened so long ago."""
        Subscriber.objects.filter(email=self.email).update(created_at=timezone.now() - age)


def two_topics() -> list[str]:
    """Put two topics on offer, beside whatever staff offer."""
    words = [f"check-{secrets.token_hex(4)}" for _ in range(2)]
    for word in words:
        Topic.objects.create(slug=word, title=word)
    return words


def named_in_tables(email: str) -> list[str]:
    """Return the tables of the newsletter in which an address stands."""
    return [
        model.__name__
        for model in apps.get_app_config("newsletter").get_models(include_auto_created=True)
        if any(email in map(str, row) for row in model._base_manager.values_list())
    ]


@promise("newsletter.sign-up", look=Look.NOW)
def every_footer_leads_to_the_sign_up(site: RunningSite) -> Evidence:
    """The footer of each page has the link, and behind it a form that asks for an address."""
    require(site.pages, "no page was found")
    for answer in site.pages:
        foot = answer.page.first("footer")
        ways = [a.get("href") for a in foot.all("a")] if foot else []
        require(SIGN_UP in ways, f"the footer of {answer.path} does not lead to the sign-up")
    are_seen(site, site.pages, SIGN_UP, inside=footer_of)
    forms = site.get(SIGN_UP).page.forms(SIGN_UP)
    boxes = {box.get("name") for form in forms for box in form.all("input")}
    require("email" in boxes, f"nobody can sign up at {SIGN_UP}")
    return Evidence(
        "The footer of every page leads to the sign-up, which is open.", {"pages": len(site.pages)}
    )


@promise("newsletter.sign-up", look=Look.REHEARSAL)
def a_visitor_signs_up_and_has_a_receipt(site: RunningSite) -> Evidence:
    """Somebody signs up and confirms; the receipt holds the words that the page showed."""
    with site.rehearsal():
        page = site.get(SIGN_UP).page.first("main")
        shown = page.text if page else ""
        reader = Reader(site).signs_up()
        require(len(reader.mails) == 1, f"a sign-up is answered by {len(reader.mails)} mails")
        reader.confirms()
        require(reader.is_confirmed, "a sign-up cannot be confirmed")
        agreed = re.findall(r"You agreed to this: (.+)", reader.words)
        require(agreed, "a reader gets no receipt")
        require(
            " ".join(agreed[-1].split()) in shown, "the receipt holds other words than the page"
        )
        for fact in ("Signed up: ", "Confirmed: "):
            require(fact in reader.words, f"the receipt does not say “{fact.strip(': ')}”")
        others = [name for name in named_in_tables(reader.email) if name != "Subscriber"]
        require(not others, f"the address of a reader stands in {others[:1]}, too")
    return Evidence(
        "Played through for this check: a visitor signed up, confirmed by our mail, and had a "
        "receipt with the words that the page had shown.",
        {"mails before the confirmation": 1},
    )


@promise("newsletter.confirmed", look=Look.REHEARSAL)
def nothing_but_a_press_or_the_code_confirms(site: RunningSite) -> Evidence:
    """An opened link, a wrong code and another's link confirm nothing; the button and the code do."""
    with site.rehearsal():
        by_link, by_code = Reader(site).signs_up(), Reader(site).signs_up()
        link = by_link.link("confirm")
        opened: list[Answer] = [site.get(link), site.visitor().get(link)]
        require(all(one.status == 200 for one in opened), "a mailed link does not open")
        require(not by_link.is_confirmed, "opening the link confirms the address")
        altered = f"{link[:-2]}{'1' if link[-2] == '0' else '0'}/"
        for wrong in (link[:-4], altered, link.replace("confirm", "preferences")):
            answer = site.visitor().post(wrong, {})
            require(answer.status == 404, f"a link that was not mailed answers {answer.status}")
        refused = by_code.visitor.post(by_code.waits_at, {"code": "AAAA-AAAA"})
        require(refused.status == 422, f"a wrong code is answered with {refused.status}")
        require(not (by_link.is_confirmed or by_code.is_confirmed), "a wrong proof confirms")
        by_code.types_the_code()
        require(by_code.is_confirmed, "the mailed code does not confirm the address")
        require(by_link.confirms().is_confirmed, "the button does not confirm the address")
        _a_code_cannot_be_guessed(site)
        _nobody_else_confirms(site)
    return Evidence(
        "Played through for this check: opening the mailed link confirmed nothing, nor did staff "
        "who released or imported an address, or the worker; the button did, and the mailed code.",
        {"wrong links and codes tried": 4 + 2 * MOST_GUESSES},
    )


def _a_code_cannot_be_guessed(site: RunningSite) -> None:
    """Type wrong codes from one browser and from many: then not even the right one confirms."""
    for browsers in (1, MOST_GUESSES):
        reader = Reader(site).signs_up()
        others = [site.visitor() for _ in range(browsers)]
        for number in range(MOST_GUESSES):
            guesser = others[number % browsers]
            guesser.cookies |= reader.visitor.cookies
            guesser.post(reader.waits_at, {"code": f"AAAA-{number:04}"})
        reader.types_the_code()
        require(
            not reader.is_confirmed,
            f"after {MOST_GUESSES} wrong codes from {browsers} browsers the next one still counts",
        )
        require(reader.confirms().is_confirmed, "who mistypes a code cannot confirm by the link")


def _nobody_else_confirms(site: RunningSite) -> None:
    """Release one who is held, import another, and let the worker remind both: their links are left."""
    held, imported = Reader(site), Reader(site)
    held.visitor.fill_in(SIGN_UP, {"email": held.email, "subject_line": "x"})
    row = held.row
    require(row is not None, "a sign-up with a filled trap is lost")
    assert row is not None  # noqa: S101 - for the type checker
    release_held(row)
    import_rows([Row(imported.email, (), "A check of the promises, rolled back.")])
    for reader in (held, imported):
        reader.aged(SEVEN_DAYS - A_DAY)
    done_by_the_job(REMINDERS)
    for who, reader in (("is released", held), ("is imported", imported)):
        require(not reader.is_confirmed, f"who {who} is a reader without a press or a code")
        require(reader.confirms().is_confirmed, f"who {who} cannot confirm by the mailed link")


@promise("newsletter.unconfirmed", look=Look.REHEARSAL)
def what_nobody_confirms_is_deleted_after_seven_days(site: RunningSite) -> Evidence:
    """An hour before the time a sign-up is there and can be confirmed, an hour after it is gone."""
    purge_keeps("newsletter.unconfirmed")
    runs_daily(REMINDERS)
    with site.rehearsal():
        over, young, held = Reader(site).signs_up(), Reader(site).signs_up(), Reader(site)
        held.visitor.fill_in(SIGN_UP, {"email": held.email, "subject_line": "x"})
        confirmed = Reader(site).signs_up().confirms()
        for reader in (over, held, confirmed):
            reader.aged(SEVEN_DAYS + AN_HOUR)
        filled = [_filled(state) for state in ("pending", "held")]
        young.aged(SEVEN_DAYS - AN_HOUR)
        reminded = Reader(site).signs_up()
        reminded.aged(SEVEN_DAYS - AN_HOUR)
        late = site.visitor().post(over.link("confirm"), {})
        require(late.status == 404, "a link confirms after more than seven days")
        for _ in range(2):
            done_by_the_job(REMINDERS)
        counts = [len(reader.mails) for reader in (young, over, held)]
        require(counts[0] == 2, f"a sign-up that waits is written to {counts[0]} times")
        require(counts[1] == 1, "somebody is reminded of a sign-up that is over")
        require(counts[2] == 0, "a sign-up that is held is written to")
        _two_hours_pass(reminded)
        done_by_the_job(PURGE)
        for reader in (over, held, reminded):
            require(reader.row is None, "a sign-up is kept for more than seven days")
            named = named_in_tables(reader.email)
            require(not named, f"the address of a deleted sign-up stands in {named[:1]}")
        kept = Subscriber.objects.filter(pk__in=filled).count()
        require(not kept, "a sign-up of which more is known is kept for more than seven days")
        require(young.row is not None, "a sign-up is deleted before seven days are over")
        require(confirmed.is_confirmed, "a confirmed reader is deleted")
        require(young.confirms().is_confirmed, "a sign-up cannot be confirmed for seven days")
    return Evidence(
        "Played through for this check: a sign-up had one reminder, could be confirmed until the "
        "seventh day was over, and was then deleted with its address.",
        {"days": 7, "reminders": 1},
    )


def _two_hours_pass(reader: Reader) -> None:
    """Let them pass for a sign-up as it is stored by now: no mail about it begins its days anew."""
    rows = Subscriber.objects.filter(email=reader.email)
    rows.update(created_at=F("created_at") - 2 * AN_HOUR)


def _filled(state: str) -> int:
    """Store a sign-up that is over, with all that may be stored of one; return its number."""
    row = Subscriber.objects.create(
        email=f"check{secrets.token_hex(6)}@example.com", state=state, source="import"
    )
    fill(row, but={"confirmed_at", "confirmed_by"})
    over = timezone.now() - SEVEN_DAYS - AN_HOUR
    Subscriber.objects.filter(pk=row.pk).update(created_at=over)
    return row.pk


@promise("newsletter.unconfirmed", look=Look.ROWS)
def no_sign_up_waits_for_longer(site: RunningSite) -> Evidence:
    """None is older than seven days; the purge may be two days late.

    But for those of people who asked for their information to be stored and not used.
    """
    waiting = Subscriber.objects.exclude(state="confirmed")
    over = waiting.filter(created_at__lt=timezone.now() - SEVEN_DAYS - LATE)
    late = without_held(over, held_subjects()).count()
    require(not late, f"{late} sign-ups have waited for more than seven days")
    return Evidence(
        "No sign-up has waited for more than seven days.",
        {"sign-ups that wait": waiting.count(), **ran_lately(PURGE)},
    )
