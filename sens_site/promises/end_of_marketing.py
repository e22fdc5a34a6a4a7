"""Promises to whoever wants no marketing any more: by whichever door, all of it ends at once.

An objection counts as soon as it is shown who objects. That can be shown by each mailed link, by a
password, and to a member of staff; whichever way the request itself has come.
"""

import ast
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import User
from accounts.services import change_profile
from newsletter.models import Subscriber
from newsletter.suppression import may_be_mailed
from outbox.models import OutboxMail
from privacy.consent.refusals import refusals_of_person
from privacy.promises.registry import Evidence, Look, PromiseBroken, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.rights import intake, services, switches
from privacy.rights.choices import Channel, Kind
from privacy.rights.models import OutsideSystem, SubjectRequest
from privacy.rights.promises.stored_requests import proven_objections
from sens_site.promises import source_code
from sens_site.promises.every_form import password_just_typed
from sens_site.promises.source_code import called, nodes

CHOICES, WEBMASTER = "/privacy/choices/", "/contact/webmaster/"
ASK = "/accounts/data/ask/"
REASON = "A check of the promises, rolled back."


def reads_the_newsletter(email: str) -> None:
    """Let an address be signed up, and an issue wait for it."""
    Subscriber.objects.create(
        email=email, state="confirmed", confirmed_at=timezone.now(), confirmed_by="link"
    )
    headers = {"X-Purpose": "newsletter"}
    EmailMessage("An issue", REASON, to=[email], headers=headers).send()


def newsletter_of(email: str) -> set[str]:
    """Return what of the newsletter goes on for an address."""
    going = {
        "the newsletter": Subscriber.objects.filter(email=email).exists(),
        "an issue that waits": OutboxMail.objects.filter(
            recipient=email, purpose="newsletter"
        ).exists(),
        "what a list brings": may_be_mailed(email),
    }
    return {what for what, goes_on in going.items() if goes_on}


GROUPS_OF_COOKIES = ("analytics", "marketing", "preferences", "social")


@dataclass
class Willing:
    """A customer who has said yes to marketing in the profile, and reads the newsletter."""

    site: RunningSite
    word: str = field(default_factory=lambda: f"check{secrets.token_hex(6)}")

    def __post_init__(self) -> None:
        self.email = f"{self.word}@example.com"
        self.user = User.objects.create_user(self.word, self.email, secrets.token_hex())
        apps.get_model("account", "EmailAddress").objects.create(
            user=self.user, email=self.email, verified=True, primary=True
        )
        told = dict.fromkeys(("name", "company", "position", "phone"), self.word)
        change_profile(self.user, marketing=True, **told)
        reads_the_newsletter(self.email)

    def browser(self) -> Visitor:
        """Return a browser in which the person has just logged in."""
        visitor = self.site.visitor()
        visitor.sign_in(self.user, **password_just_typed(self.user))
        return visitor

    @property
    def still_gets(self) -> set[str]:
        """What of all marketing goes on."""
        wants = User.objects.get(pk=self.user.pk).marketing_opt_in_at is not None
        return newsletter_of(self.email) | ({"marketing mail"} if wants else set())

    def link(self) -> str:
        """Return the newest mailed address behind which one shows who is asking."""
        for mail in OutboxMail.objects.to_address(self.email).order_by("-pk"):
            text = str(mail.as_message().message())
            if found := re.search(r"https?://[^/\s]+(/privacy/confirm/\S+)", text):
                return found[1]
        raise PromiseBroken("who objects gets no link by which to show who they are")

    def request(self) -> SubjectRequest:
        return SubjectRequest.objects.get(email=self.email)


EVERYTHING = {"marketing mail", "the newsletter", "an issue that waits", "what a list brings"}
Door = Callable[[Willing, AbstractBaseUser], Callable[[], object]]
"""Lets somebody object, and returns by what they then show who they are."""


def _press(person: Willing) -> None:
    person.site.visitor().post(person.link(), {})


def _by_the_form(person: Willing, staff: AbstractBaseUser) -> Callable[[], object]:
    data = {"kind": "objection", "name": "A check", "email": person.email}
    answer = person.site.visitor().post(CHOICES, data)
    require(answer.status == 303, f"an objection without a reason is answered {answer.status}")
    return lambda: _press(person)


def _to_the_webmaster(person: Willing, staff: AbstractBaseUser) -> Callable[[], object]:
    data = {"about": "objection", "name": "A check", "email": person.email, "message": REASON}
    answer = person.site.visitor().post(WEBMASTER, data)
    require(answer.status == 303, f"an objection to the webmaster is answered {answer.status}")
    return lambda: _press(person)


def _in_the_account(person: Willing, staff: AbstractBaseUser) -> Callable[[], object]:
    def asks() -> None:
        answer = person.browser().post(ASK, {"kind": "objection"})
        require(answer.status == 303, f"an objection of a member is answered {answer.status}")

    return asks


def _by_letter_and_in_person(person: Willing, staff: AbstractBaseUser) -> Callable[[], object]:
    letter = _entered(person)
    return lambda: services.record_proof(letter, by=staff, how=REASON)


def _by_the_form_and_in_person(person: Willing, staff: AbstractBaseUser) -> Callable[[], object]:
    _by_the_form(person, staff)
    return lambda: services.record_proof(person.request(), by=staff, how=REASON)


def _held_and_released(person: Willing, staff: AbstractBaseUser) -> Callable[[], object]:
    held = intake.open_request(
        kind=Kind.OBJECTION, name="A check", email=person.email, text=REASON,
        channel=Channel.FORM, trapped=True,
    )  # fmt: skip
    services.release(held, by=staff)
    return lambda: _press(person)


def _entered(person: Willing) -> SubjectRequest:
    return intake.enter_request(
        kind=Kind.OBJECTION, channel=Channel.LETTER, received_on=timezone.localdate(),
        name=person.word, email=person.email, postal_address="", text=REASON, actor="",
    )  # fmt: skip


DOORS: dict[str, Door] = {
    "by the form": _by_the_form,
    "to the webmaster": _to_the_webmaster,
    "in the account": _in_the_account,
    "by letter, seen by staff": _by_letter_and_in_person,
    "by the form, seen by staff": _by_the_form_and_in_person,
    "that was held for spam and released": _held_and_released,
}


@contextmanager
def _at_the_desk(site: RunningSite) -> Iterator[AbstractBaseUser]:
    with site.rehearsal():
        OutsideSystem.objects.update(is_used=False)
        yield User.objects.create_user("check-desk", "desk@example.com")


@promise("rights.object-to-marketing", look=Look.REHEARSAL)
def an_objection_ends_marketing_at_once(site: RunningSite) -> Evidence:
    """Without a reason, by whichever door; only who it is ends it, and for nobody else."""
    proving = _proofs_that_are_heeded()
    with _at_the_desk(site) as staff:
        neighbour = Willing(site)
        require(neighbour.still_gets == EVERYTHING, "who asks for news does not get any")
        for door, object_by in DOORS.items():
            person = Willing(site)
            show = object_by(person, staff)
            if door == "by the form":
                going = person.still_gets
                require(going == EVERYTHING, "anybody who types an address objects for its owner")
                site.visitor().get(person.link())
                going = person.still_gets
                require(
                    going == EVERYTHING, "opening the link objects; a scanner of mail does that"
                )
            show()
            left = sorted(person.still_gets)
            require(not left, f"an objection {door} does not end {', '.join(left)}")
        going = neighbour.still_gets
        require(going == EVERYTHING, "an objection ends what somebody else wants")
    return Evidence(
        "Played through for this check: by each way in and each way to show who objects, an "
        "objection without a reason ended marketing mail and the newsletter at once, and took "
        "back what waited; nobody else’s ended. No code takes a proof and heeds no objection.",
        {"ways to object": len(DOORS), "places that take a proof": proving},
    )


def _proofs_that_are_heeded() -> int:
    """Require that each function which notes a proof of identity has the objection heeded."""
    found = 0
    for path, text in source_code.sources():
        if "IDENTITY_PROVED" not in text:
            continue
        for one in nodes(text):
            if isinstance(one, ast.FunctionDef) and _notes_a_proof(one):
                found += 1
                heeds = any(called(node) == "heed_objection" for node in ast.walk(one))
                require(heeds, f"{path} takes a proof in {one.name} and heeds no objection")
    require(found, "no code takes a proof of identity")
    return found


def _notes_a_proof(function: ast.FunctionDef) -> bool:
    acts = (one for one in ast.walk(function) if called(one) in ("record", "create"))
    return any("IDENTITY_PROVED" in ast.unparse(one) for one in acts)


def the_desk_switches_off_all_of_it(site: RunningSite, staff: AbstractBaseUser) -> None:
    """Take back a consent to marketing as the desk does: with the newsletter, and it without an account."""
    member, reader = Willing(site), f"check{secrets.token_hex(6)}@example.com"
    reads_the_newsletter(reader)
    for email, offered, key in (
        (member.email, {"Marketing email", "Newsletter"}, "marketing-mail"),
        (reader, {"Newsletter"}, "newsletter"),
    ):
        asked = intake.open_request(
            kind=Kind.WITHDRAWAL, name="A check", email=email, text=REASON, channel=Channel.FORM
        )
        on = {one.label for one in switches.on_for(asked)}
        lacking = sorted(offered - on)
        require(not lacking, f"the desk cannot switch off {lacking[:1]} for who gets it")
        switches.switch_off(asked, by=staff, keys=[key])
        left = sorted(newsletter_of(email))
        require(not left, f"who takes back the consent by the desk still gets {', '.join(left)}")
    require(not member.still_gets, "marketing mail goes on when the desk has switched it off")
    for group in GROUPS_OF_COOKIES:
        asked = intake.open_request(
            kind=Kind.WITHDRAWAL, name="A check", email=member.email, text=f"{REASON} {group}",
            channel=Channel.FORM,
        )  # fmt: skip
        before = _refused_by(member)
        switches.switch_off(asked, by=staff, keys=[f"cookies-{group}"])
        ended = sorted(_refused_by(member) - before)
        require(ended == [group], f"the desk switches off {ended}, and not cookies for {group}")


def _refused_by(person: Willing) -> set[str]:
    """Return the groups of cookies that an account refuses in every browser."""
    user = User.objects.get(pk=person.user.pk)
    return {one.group for one in refusals_of_person(user)}


@promise("rights.object-to-marketing", look=Look.ROWS)
def nobody_who_objected_is_still_written_to(site: RunningSite) -> Evidence:
    """No stored account wants news that were wanted before an objection which has been proven."""
    proven = proven_objections()
    for address, at in proven:
        still = User.objects.filter(email=address, marketing_opt_in_at__lt=at).count()
        require(not still, f"{still} accounts get marketing that was objected to")
    return Evidence(
        "No account gets marketing to which its owner has objected.",
        {"proven objections": len(proven), "accounts that still get marketing": 0},
    )
