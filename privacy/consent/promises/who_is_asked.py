"""Whoever is asked about cookies has the same answers: for the first time, or once again.

An empty browser is asked on each page by another check. Here are those who are asked in other words.
"""

from collections.abc import Iterator
from dataclasses import replace

from privacy.consent.offer.current import current_offer, rehearse_offer
from privacy.consent.promises.all_services_on import everything_on
from privacy.consent.promises.looks import CHOOSE, WORDS, form_of, look_alike
from privacy.consent.promises.played_choices import somebody
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite

BELOW_A_FORM = "/contact/webmaster/"


@promise("banner.reject-equals-accept", look=Look.REHEARSAL)
def whoever_is_asked_rejects_as_easily(site: RunningSite) -> Evidence:
    """Both buttons stand alike before who sends the signal, is logged in, or is asked again."""
    asked = 0
    with everything_on(site):
        for who, page in _asked(site):
            asked += 1
            require(page.page.forms(CHOOSE), f"{who} is not asked about cookies")
            sent = [one.get("value") for one in form_of(page).all("button")]
            require(sent == list(WORDS), f"{who} is offered {sent}")
            look_alike(site, page)
    return Evidence(
        "Played through for this check: “Accept all” and “Reject all” stood side by side for a "
        "stranger, a member, who sends the opt-out signal and who is asked again after a change.",
        {"kinds of visitors": asked},
    )


def _asked(site: RunningSite) -> Iterator[tuple[str, Answer]]:
    stranger, signalling, member, again = (site.visitor() for _ in range(4))
    yield "a stranger", stranger.get("/")
    yield "who writes to us", stranger.get(BELOW_A_FORM)
    signalling.headers["Sec-GPC"] = "1"
    yield "who sends the signal", signalling.get("/")
    member.sign_in(somebody())
    yield "a member", member.get("/")
    # Who allowed everything before something of it has changed.
    again.post(CHOOSE, {"choice": "accept", "next": "/", "shown": current_offer().shown})
    old = current_offer()
    groups = tuple(
        replace(
            one,
            policy_words=("A check.",),
            earlier=frozenset({one.version}),
            changed="What the policy says about it is new.",
        )
        for one in old.groups
    )
    with rehearse_offer(replace(old, groups=groups)):
        yield "who is asked again", again.get("/")
