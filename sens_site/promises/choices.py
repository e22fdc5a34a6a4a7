"""Promises about choices: none is made for somebody, and each has its effect at once."""

import secrets
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Count, F, OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from accounts.promises import registered
from downloads.promises.made_up import MadeUp
from newsletter.models import Subscriber
from privacy.consent.models import PersonalRefusals
from privacy.consent.promises.all_services_on import choose
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.seen_links import fields_are_seen
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.intake import open_request
from sens_site.promises.access import Somebody
from sens_site.promises.end_of_marketing import (
    newsletter_of,
    reads_the_newsletter,
    the_desk_switches_off_all_of_it,
)
from sens_site.promises.every_form import PASSPHRASE, every_page

CHOOSE, LOG_IN = "/cookies/choose/", "/accounts/login/"
PROFILE, REGISTER = "/accounts/profile/", "/accounts/register/"
YOURS = "/newsletter/yours/"
NO = ("", "no", "off", "0", "false", "none")
ASKED = ("marketing", "wants_contact")
A_MOMENT = timedelta(seconds=1)


def wants_mail(user: User) -> bool:
    """Tell whether promotional mail may go to an account, as it is stored."""
    row = User.objects.get(pk=user.pk)
    refused = PersonalRefusals.objects.filter(user=user, newsletter_refused_at__isnull=False)
    return row.marketing_opt_in_at is not None and not refused.exists()


def _register(site: RunningSite, **more: str) -> User:
    word = f"check{secrets.token_hex(6)}"
    data = {"username": word, "email": f"{word}@example.com", "password1": PASSPHRASE, **more}
    answer = site.visitor().fill_in(REGISTER, data)
    require(answer.status == 303, f"registering is answered with {answer.status}")
    return User.objects.get(username=word)


@promise("consent.only-by-act", look=Look.REHEARSAL)
def no_box_is_ticked_beforehand(site: RunningSite) -> Evidence:
    """On every page that a stranger or a member of whom nothing is known meets."""
    boxes = 0
    for met in (one for one in every_page(site) if one.answer.is_page):
        for box in met.answer.page.all("input"):
            if box.get("type") not in ("checkbox", "radio"):
                continue
            boxes += 1
            means_no = box.get("type") == "radio" and box.get("value").lower() in NO
            require(
                "checked" not in box.attrs or means_no,
                f"{met.answer.path} has said yes to {box.get('name')} already",
            )
        for box in met.answer.page.all("input"):
            carried = box.get("type") == "hidden" and box.get("name") in ASKED
            require(not carried, f"{met.answer.path} says yes to {box.get('name')} by itself")
    require(boxes, "no box was found")
    return Evidence(
        "Played through for this check, no box and no button on any page had said yes beforehand.",
        {"boxes": boxes},
    )


@promise("consent.only-by-act", look=Look.REHEARSAL)
def promotional_mail_is_agreed_to_by_its_own_box(site: RunningSite) -> Evidence:
    """Registering, writing, asking, logging in and saving a profile agree to nothing."""
    with site.rehearsal():
        willing = _register(site, marketing="on")
        # Registered without the box, confirmed and logged in.
        silent = User.objects.get(username=registered(site).username)
        require(not wants_mail(silent), "who registers is taken to want promotional mail")
        require(wants_mail(willing), "a yes at registration is not stored")
        person = Somebody(site)
        acts = (
            ("/contact/webmaster/", {"message": "Rolled back.", "wants_contact": "on"}),
            ("/privacy/choices/", {"kind": "question", "text": "Rolled back."}),
        )
        for path, data in acts:
            sender = {"name": person.mark, "email": person.email}
            person.visitor.fill_in(path, {**sender, **data})
        _save_profile(person.visitor, marketing=False)
        person.visitor.get("/newsletter/")
        made = MadeUp()
        made.fetched(person.visitor)
        person.visitor.post(f"{made.page}watch/", {})
        choose(person.visitor, "accept")
        reads = Subscriber.objects.filter(email=person.email)
        require(not reads.exists(), "something else is taken for a sign-up for the newsletter")
        require(person.visitor.fill_in(YOURS, {}).status == 303, "nobody signs up in an account")
        require(reads.exists(), "a sign-up for the newsletter is not stored")
        # The newsletter is one thing, and news about products by email another.
        require(not wants_mail(person.user), "something else is taken for a yes to mail")
    return Evidence(
        "Played through for this check, only the box made for it agreed to promotional mail.",
        {"ways tried": 12},
    )


def _save_profile(visitor: Visitor, *, marketing: bool) -> None:
    data = dict.fromkeys(("name", "company", "position", "phone"), "check")
    answer = visitor.fill_in(PROFILE, data | ({"marketing": "on"} if marketing else {}))
    require(answer.status == 303, f"saving a profile is answered with {answer.status}")


@promise("banner.reject-equals-accept", look=Look.REHEARSAL)
def a_no_outlives_a_log_in_as_a_yes_does(site: RunningSite) -> Evidence:
    """In a browser that its person uses for the first time; nobody is asked once more for a no."""
    with site.rehearsal():
        person = Somebody(site)
        person.user.set_password(PASSPHRASE)
        person.user.save()
        for answer in ("accept", "reject"):
            visitor = site.visitor()
            choose(visitor, answer)
            require(not _is_asked(visitor), f"who has said {answer} is asked again at once")
            logged_in = visitor.post(LOG_IN, {"login": person.mark, "password": PASSPHRASE})
            require(logged_in.status == 303, f"logging in is answered with {logged_in.status}")
            require(not _is_asked(visitor), f"who has said {answer} is asked again after a log-in")
    return Evidence(
        "Played through for this check: who had rejected all cookies and then logged in was asked "
        "no more than who had accepted them.",
        {"answers": 2},
    )


def _is_asked(visitor: Visitor) -> bool:
    return bool(visitor.get("/").page.forms(CHOOSE))


@promise("consent.only-by-act", look=Look.ROWS)
def each_yes_was_given_by_itself(site: RunningSite) -> Evidence:
    """No two people said yes at one instant, and nobody before they came or in the future."""
    agreed = User.objects.filter(marketing_opt_in_at__isnull=False)
    at_once = agreed.values("marketing_opt_in_at").annotate(people=Count("pk")).filter(people__gt=1)
    require(not at_once.exists(), "several people are noted to have said yes at one instant")
    early = agreed.filter(marketing_opt_in_at__lt=F("date_joined") - A_MOMENT)
    late = agreed.filter(marketing_opt_in_at__gt=timezone.now() + timedelta(days=1))
    wrong = early.count() + late.count()
    require(not wrong, f"{wrong} people are noted to have said yes when they could not")
    return Evidence(
        "Each stored yes to promotional mail was given by itself.", {"people": agreed.count()}
    )


@promise("rights.withdraw-consent", look=Look.REHEARSAL)
def a_yes_to_mail_is_taken_back_as_it_was_given(site: RunningSite) -> Evidence:
    """By the same form, in one step, and with effect before the page answers."""
    with site.rehearsal():
        person = Somebody(site)
        _save_profile(person.visitor, marketing=True)
        require(wants_mail(person.user), "a yes to promotional mail is not stored")
        profile = person.visitor.get(PROFILE)
        fields_are_seen(site, profile, profile.page, "marketing")
        box = _box(person.visitor)
        require("checked" in box.attrs, "the profile does not show the yes that was given")
        reads_the_newsletter(person.email)
        _save_profile(person.visitor, marketing=False)
        left = sorted(newsletter_of(person.email))
        require(not left, f"who takes the yes back in the profile still gets {', '.join(left)}")
        require(not wants_mail(person.user), "a yes that was taken back still stands")
        require("checked" not in _box(person.visitor).attrs, "the profile still shows a yes")
        _save_profile(person.visitor, marketing=True)
        require(wants_mail(person.user), "who changes their mind again is not heard")
        the_desk_switches_off_all_of_it(site, person.user)
    return Evidence(
        "Played through for this check, a yes to promotional mail was taken back where it was "
        "given, in one step and at once, and by the desk, each time with the newsletter.",
        {"steps to give": 1, "steps to take back": 1},
    )


def _box(visitor: Visitor) -> Any:
    boxes = [b for b in visitor.get(PROFILE).page.all("input") if b.get("name") == "marketing"]
    require(len(boxes) == 1, "the profile does not ask about promotional mail")
    return boxes[0]


@promise("rights.object", look=Look.REHEARSAL)
def an_objection_stops_what_can_be_stopped(site: RunningSite) -> Evidence:
    """As soon as it is shown who objects: promotional mail, sharing and sale end for the account."""
    with site.rehearsal():
        for channel, proof in ((Channel.ACCOUNT, Proof.PASSWORD), (Channel.FORM, None)):
            person = Somebody(site)
            _save_profile(person.visitor, marketing=True)
            open_request(
                kind=Kind.OBJECTION, name=person.mark, email=person.email, text="Rolled back.",
                channel=channel, proof=proof,
            )  # fmt: skip
            objected = PersonalRefusals.objects.filter(
                user=person.user, sale_objected_at__isnull=False
            ).exists()
            stopped = objected and not wants_mail(person.user)
            require(stopped is (proof is not None), _about(channel, stopped=stopped))
    return Evidence(
        "Played through for this check, an objection ended promotional mail, sharing and sale at "
        "once when it was shown who objects, and a stranger’s wish ended nothing for others.",
        {"ways": 2},
    )


def _about(channel: Channel, *, stopped: bool) -> str:
    nothing = f"an objection by {channel.label.lower()} stops nothing"
    return "whoever types an address decides for its owner" if stopped else nothing


def _readers_who_refuse() -> int:
    """Count the readers whose own account, by an address that it has confirmed, has refused since."""
    addresses = apps.get_model("account", "EmailAddress").objects
    theirs = addresses.filter(email=OuterRef("email"), verified=True)
    refused = theirs.values("user__refusals__newsletter_refused_at")
    return (
        Subscriber.objects.filter(state="confirmed")
        .annotate(no=Subquery(refused[:1]))
        .filter(no__gt=F("confirmed_at"))
        .count()
    )


@promise("rights.object", "rights.withdraw-consent", look=Look.ROWS)
def nobody_is_written_to_after_a_no(site: RunningSite) -> Evidence:
    """Nobody whose newest word is no stands among those who want promotional mail."""
    newest = PersonalRefusals.objects.filter(user=OuterRef("pk")).values("newsletter_refused_at")
    agreed = User.objects.filter(marketing_opt_in_at__isnull=False)
    against = agreed.annotate(no=Subquery(newest[:1])).filter(no__isnull=False).count()
    require(not against, f"{against} people are to be written to after a no")
    readers = _readers_who_refuse()
    require(not readers, f"{readers} readers of the newsletter have refused it in their account")
    return Evidence(
        "Nobody who said no or objected is among those who want promotional mail.",
        {"people who said yes": agreed.count()},
    )
