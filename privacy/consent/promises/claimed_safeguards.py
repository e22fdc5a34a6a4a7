"""A promise about safeguards: the public record claims none that the company has not entered."""

from collections.abc import Mapping

from privacy.consent.models import ServiceSwitch
from privacy.consent.promises.all_services_on import switched_on
from privacy.datamap.promises.vendors import SAFEGUARD, on_record, shown_firms
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

FIRM, KEY = "Google LLC", "google-analytics"
WORDS: Mapping[str, tuple[str, ...]] = {
    "": (),
    "consent": (),
    "clauses": ("contractual clauses",),
    "adequacy": ("adequacy decision",),
}
"""By the ground that was entered for a service, what the record may then say stands behind it."""
CLAIMS = tuple(one for words in WORDS.values() for one in words)


@promise("transfers.safeguards", look=Look.REHEARSAL)
def no_safeguard_is_claimed_that_is_not_there(site: RunningSite) -> Evidence:
    """A service is switched on with each ground: the record tells of what was agreed, and no more."""
    entered = [one.safeguard for one in on_record() if one.firm == FIRM and one.safeguard]
    with switched_on(site, KEY):
        for ground, words in WORDS.items():
            ServiceSwitch.objects.update_or_create(key=KEY, defaults={"transfer": ground})
            lines = [one for one in shown_firms(site) if one.name == FIRM]
            require(lines, "a service runs, and the public record does not name its firm")
            for line in lines:
                said = line.cells[SAFEGUARD].lower()
                told = tuple(one for one in CLAIMS if one in said)
                own = any(one.lower() == said for one in entered)
                require(own or told == words, _about(ground, told))
    return Evidence(
        "Played through for this check: of a firm whose service was switched on, the public record "
        "named the safeguard that was entered, and none where nobody had entered one.",
        {"grounds tried": len(WORDS)},
    )


def _about(ground: str, told: tuple[str, ...]) -> str:
    entered = f"“{ground}”" if ground else "nothing"
    return f"where {entered} was entered, the record tells of {', '.join(told) or 'no safeguard'}"
