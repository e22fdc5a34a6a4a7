"""A promise about what is shown once because a visitor asked: it allows nothing else."""

from privacy.consent.offer.current import current_offer
from privacy.consent.promises.all_services_on import (
    KNOWN,
    everything_on,
    permitted_hosts,
    strangers,
)
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.written_tables import rows_written

LOOKED_AT = {
    "google-maps": "!1m18!1m12",
    "linkedin-posts": "urn:li:share:100000000",
    "openstreetmap": "bbox=-105.11,40.14,-105.10,40.15",
    "youtube": "check-check",
}
"""Of each service that is embedded in pages, what may be shown: in the form of its own addresses."""


@promise("consent.only-by-act", look=Look.REHEARSAL)
def what_is_shown_once_allows_nothing_else(site: RunningSite) -> Evidence:
    """A thing of each service is shown, from its maker alone; nothing is kept, and nothing follows."""
    embedded = {key for key, one in KNOWN.items() if one.embedded}
    require(embedded == LOOKED_AT.keys(), "a service that is embedded is not tried")
    with everything_on(site):
        for key, reference in LOOKED_AT.items():
            question = current_offer().question_of(KNOWN[key].group)
            asked = {"service": key, "reference": reference, "next": "/"}
            visitor = site.visitor()
            with rows_written() as tables:
                stale = visitor.post("/cookies/load-once/", {**asked, "shown": ""})
                once = visitor.post("/cookies/load-once/", {**asked, "shown": question.shown})
            require(stale.status == 409, f"{key} is shown to who saw another question")
            require(not permitted_hosts(stale), f"{key} acts before it is asked for")
            require(once.status == 200, f"{key} is answered with {once.status}")
            require(bool(permitted_hosts(once)), f"{key} is not shown")
            require(not strangers(once, [key]), f"{strangers(once, [key])[:1]} come with {key}")
            kept = [*visitor.cookies, *tables]
            require(not kept, f"showing {key} once leaves {kept[:1]}")
            after = visitor.get("/")
            require(not after.permitted, f"showing {key} once allows it on other pages")
    return Evidence(
        "When we switched everything on for a test, a video, a map and a post were shown once to who "
        "asked; nothing was kept of it, and nothing else was let in.",
        {"services": len(LOOKED_AT)},
    )
