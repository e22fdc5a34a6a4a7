"""Choices about cookies, played one after the other: each has its receipt, and just its effect.

Of each step is known which services are to run from now on. Of their groups the next page has to
show these and no others, and the receipt that the browser names has to say the same and which
receipt it follows.
"""

import json
import secrets
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser

from privacy.consent.models import ConsentReceipt
from privacy.consent.offer.catalogue import RECEIPT_COOKIE
from privacy.consent.offer.current import current_offer
from privacy.consent.promises.all_services_on import (
    FOUR_GROUPS,
    KNOWN,
    NOBODYS,
    acts,
    choose,
)
from privacy.promises.registry import require
from privacy.promises.running_site import Answer, RunningSite, Visitor

NOBODY = "00000000-0000-0000-0000-000000000000"
TOLD_APART = frozenset({
    "visits", "google-analytics", "google-ads", "google-ads-conversions", "linkedin-insight",
    "youtube", "openstreetmap",
})  # fmt: skip
"""Services that a page shows by something of their own: a tag's number, or a host of nobody else."""
CHOICES = 15
SINGLE = ("google-ads", "linkedin-insight", "google-analytics", "youtube")
"""Some that share their group with others, and are allowed without these."""


def receipt_of(cookies: dict[str, str]) -> ConsentReceipt | None:
    """Return the receipt that a visitor's browser names."""
    return ConsentReceipt.objects.filter(pk=cookies.get(RECEIPT_COOKIE, NOBODY)).first()


def somebody() -> AbstractBaseUser:
    """Register a person for the rehearsal."""
    word = f"check{secrets.token_hex(6)}"
    return get_user_model().objects.create_user(username=word, email=f"{word}@example.com")


def services_of(*groups: str) -> frozenset[str]:
    """Return the services of some groups, as they are known here."""
    return frozenset(key for key, known in KNOWN.items() if known.group in groups)


@dataclass
class Chooser:
    """Somebody who decides again and again, in one browser."""

    site: RunningSite
    who: str
    person: AbstractBaseUser | None = None
    signal: bool = False
    below_a_form: bool = False

    def __post_init__(self) -> None:
        self.visitor: Visitor = self.site.visitor()
        if self.person is not None:
            self.visitor.sign_in(self.person)
        if self.signal:
            self.visitor.headers["Sec-GPC"] = "1"

    def decides(self, choice: str, allowed: AbstractSet[str], *, in_spite_of: str = "") -> None:
        """Press a button; with `some`, say yes to what is allowed and no to all else."""
        before = receipt_of(self.visitor.cookies)
        if choice == "some":
            self._says_yes_to(allowed)
        else:
            choose(self.visitor, choice, below_a_form=self.below_a_form)
        chosen = services_of(*(KNOWN[key].group for key in allowed))
        act = f"after “{choice}” of {self.who}"
        for page in self._pages():
            on = {key for key in TOLD_APART if acts(page, key, NOBODYS.get(key, ""))}
            wrong = sorted((on ^ allowed) & chosen & TOLD_APART)
            require(not wrong, f"{wrong[:1]} runs, or does not, otherwise than chosen {act}")
        now = receipt_of(self.visitor.cookies)
        if allowed:
            said = _given_by(now, before, allowed, act)
            self._tells_of_a_no(said, {KNOWN[key].group for key in allowed}, in_spite_of)
        elif before is not None and json.loads(before.document)["purposes"]:
            ends = now is not None and now.replaces == before.pk
            require(ends, f"there is no receipt of what was taken back {act}")
        else:
            require(now == before, f"there is a receipt although nothing is allowed {act}")

    def _pages(self) -> Iterator[Answer]:
        """Open a page anew, and as a server has kept it: for all who have chosen the same."""
        yield self.visitor.get("/")
        if self.person is None:
            yield self.visitor.get_at_the_front_door("/")

    def _tells_of_a_no(self, said: Any, groups: set[str], in_spite_of: str) -> None:
        """Require that a receipt says of which signal or earlier no a yes was given in spite."""
        signal = said["opt_out_signal"]
        require(signal["gpc"] is self.signal, f"a receipt of {self.who} is wrong about the signal")
        for kind, overridden in (
            ("the signal", signal["overridden"]),
            ("the account", said["account_refusal_overridden"]),
        ):
            expected = groups if kind == in_spite_of else set()
            wrong = f"a receipt of {self.who} is wrong about a no by {kind}"
            require(set(overridden) == expected, wrong)

    def _says_yes_to(self, keys: AbstractSet[str]) -> None:
        data = {"choice": "some", "next": "/", "shown": current_offer().shown}
        for group in FOUR_GROUPS:
            own = services_of(group)
            data[group] = "yes" if own <= keys else "some" if own & keys else "no"
            if data[group] == "some":
                data |= {f"{group}.{key}": "yes" for key in own & keys}
        answer = self.visitor.post("/cookies/choose/", data)
        require(answer.status == 303, f"a choice about cookies is answered with {answer.status}")


def _given_by(
    now: ConsentReceipt | None, before: ConsentReceipt | None, allowed: AbstractSet[str], act: str
) -> Any:
    """Require a new receipt that names what is allowed, and which it follows; return what it says."""
    require(now is not None and now != before, f"there is no receipt {act}")
    assert now is not None  # noqa: S101 - for the type checker
    said = json.loads(now.document)
    named = {key for purpose in said["purposes"] for key in purpose["services"]}
    require(named == allowed, f"the receipt names other services than were allowed {act}")
    follows = before.pk if before else None
    told = said["replaces"] == (str(follows) if follows else None)
    require(now.replaces == follows and told, f"the receipt does not say which it follows {act}")
    return said


def each_choice_has_its_receipt(site: RunningSite) -> int:
    """Play changes of mind, single services, two devices, and a yes in spite of a no. In `everything_on`."""
    everything = services_of(*FOUR_GROUPS)
    stranger = Chooser(site, "a stranger")
    stranger.decides("accept", everything)
    stranger.decides("some", services_of("analytics", "preferences"))
    stranger.decides("reject", set())
    for key in SINGLE:
        stranger.decides("some", {key})
    stranger.decides("accept", everything)
    beside = Chooser(site, "a stranger in the banner below a form", below_a_form=True)
    beside.decides("accept", everything)
    beside.decides("reject", set())
    named = Chooser(site, "who sends the signal and says yes by name", signal=True)
    named.decides("some", services_of("analytics", "social"), in_spite_of="the signal")
    person = somebody()
    here, there = (
        Chooser(site, f"a member in {one} browser", person) for one in ("one", "another")
    )
    here.decides("accept", everything)
    here.decides("reject", set())
    there.decides("accept", set())
    there.decides("some", everything, in_spite_of="the account")
    there.decides("some", services_of("marketing"), in_spite_of="the account")
    return CHOICES
