"""What is so today of each service: whether it runs, and what pages, lists and record say of it.

The other checks of tags switch services on for the test. These look at the site as visitors get it
now, and say in their evidence which services run.
"""

from privacy.consent.models import ServiceSwitch
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.loading import load_offer
from privacy.consent.promises.all_services_on import (
    KNOWN,
    PAGES,
    acts,
    choose,
    permitted_hosts,
    strangers,
)
from privacy.datamap.promises.vendors import shown_as_switched, shown_firms
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor

NAMES = {
    "visits": "our own visit statistics",
    "google-analytics": "Google Analytics",
    "google-ads-conversions": "Google Ads conversions",
    "google-ads": "Google Ads remarketing",
    "linkedin-insight": "the LinkedIn pixel",
    "linkedin-posts": "LinkedIn posts",
    "youtube": "YouTube videos",
    "google-maps": "Google Maps",
    "openstreetmap": "OpenStreetMap",
}
FIRMS = {
    "Google": "Google LLC",
    "LinkedIn": "LinkedIn Corporation",
    "OpenStreetMap": "OpenStreetMap Foundation",
}


def switches() -> dict[str, str]:
    """Return the services of other firms that staff have switched on, with our number there."""
    rows = ServiceSwitch.objects.exclude(identifier="")
    return dict(rows.values_list("key", "identifier"))


def keys_of(*groups: str) -> tuple[str, ...]:
    """Return the services of some groups."""
    return tuple(key for key, known in KNOWN.items() if known.group in groups)


def in_words(keys: tuple[str, ...], on: dict[str, str]) -> str:
    """Say which of some services run today."""
    running = [NAMES[key] for key in keys if key in on or key == "visits"]
    off = [NAMES[key] for key in keys if key not in on and key != "visits"]
    said = [f"On today: {', '.join(running)}."] if running else []
    said += [f"Off today: {', '.join(off)}."] if off else []
    return " ".join(said)


def runs_as_switched(site: RunningSite, *keys: str) -> Evidence:
    """Require that some services act today as they are switched: off for all, or on after a yes.

    The visitors are a first-time one, one who rejects all and one who accepts all.
    """
    on = switches()
    with site.rehearsal():
        looking, refusing, accepting = site.visitor(), site.visitor(), site.visitor()
        choose(refusing, "reject")
        choose(accepting, "accept")
        for path in PAGES:
            for who, visitor in (("before consent", looking), ("after a no", refusing)):
                _nobody_acts(visitor, path, who, keys, on)
            seen = accepting.get(path)
            for key in keys:
                _acts_as_switched(seen, path, key, on)
    for key in keys:
        _is_named_in_policy(site, key, on)
        _stands_in_list_and_record(site, key, on)
    return Evidence(in_words(keys, on), {"pages compared": len(PAGES), "services": len(keys)})


def _nobody_acts(
    visitor: Visitor, path: str, who: str, keys: tuple[str, ...], on: dict[str, str]
) -> None:
    seen = visitor.get(path)
    for key in keys:
        require(not acts(seen, key, on.get(key, "")), f"{path} lets {NAMES[key]} act {who}")


def _acts_as_switched(seen: Answer, path: str, key: str, on: dict[str, str]) -> None:
    number = on.get(key, "")
    if key in on or key == "visits":
        require(acts(seen, key, number), f"{NAMES[key]} is on, and {path} lacks it after a yes")
        return
    others = [one for one in (*on, "visits") if one in KNOWN]
    beyond = [h for h in permitted_hosts(seen) if h in strangers(seen, others)]
    mine = [h for h in beyond if h not in strangers(seen, [key])]
    require(not mine, f"{NAMES[key]} is off, and {path} permits {mine[:1]}")
    shared = any(KNOWN[one].tag == KNOWN[key].tag for one in others)
    require(
        shared or not KNOWN[key].tag or not acts(seen, key, ""),
        f"{NAMES[key]} is off, and {path} loads it after a yes",
    )


def _is_named_in_policy(site: RunningSite, key: str, on: dict[str, str]) -> None:
    main = site.get("/privacy/").page.first("main")
    words = main.text if main else ""
    require(
        key not in on or KNOWN[key].maker in words,
        f"{NAMES[key]} is on, and the policy does not name {KNOWN[key].maker}",
    )


def _stands_in_list_and_record(site: RunningSite, key: str, on: dict[str, str]) -> None:
    maker = KNOWN[key].maker
    if not maker:
        return
    firm = FIRMS[maker]
    lines = [
        line
        for line in shown_firms(site)
        if line.name == firm and line.does.startswith(_catalogue_name(key))
    ]
    require(
        len(lines) == (key in on),
        f"{NAMES[key]} is {'on' if key in on else 'off'}, and the public record says otherwise",
    )
    shown = site.get("/cookies/").page.text
    require(
        (_catalogue_name(key) in shown) == (key in on),
        f"{NAMES[key]} is {'on' if key in on else 'off'}, and the cookies page says otherwise",
    )


def _catalogue_name(key: str) -> str:
    return next(s.name for group in GROUPS for s in group.services if s.key == key)


@promise("analytics.google", look=Look.NOW)
def google_analytics_today(site: RunningSite) -> Evidence:
    """Whether Google Analytics runs today."""
    return runs_as_switched(site, "google-analytics")


@promise("ads.remarketing", look=Look.NOW)
def remarketing_today(site: RunningSite) -> Evidence:
    """Whether Google Ads runs today."""
    return runs_as_switched(site, "google-ads", "google-ads-conversions")


@promise("pixels.may-track", look=Look.NOW)
def the_pixel_today(site: RunningSite) -> Evidence:
    """Whether the pixel runs today."""
    return runs_as_switched(site, "linkedin-insight")


@promise("cookies.social-features", look=Look.NOW)
def social_features_today(site: RunningSite) -> Evidence:
    """Whether something of a social network runs today."""
    return runs_as_switched(site, *keys_of("social"))


@promise("cookies.remember-preferences", look=Look.NOW)
def preferences_today(site: RunningSite) -> Evidence:
    """Whether something of the group of preferences runs today."""
    return runs_as_switched(site, *keys_of("preferences"))


@promise("cookies.traffic-analysis", look=Look.NOW)
def our_statistics_today(site: RunningSite) -> Evidence:
    """Whether our own statistics run today, after a yes alone."""
    return runs_as_switched(site, "visits")


@promise("sharing.analytics-vendors", look=Look.NOW)
def analytics_vendors_today(site: RunningSite) -> Evidence:
    """Which analytics vendors the public record names today, and that these are all that run."""
    words = shown_as_switched(site, "analytics vendors")
    return Evidence(f"On the public record today, of analytics vendors: {words}")


@promise("usage.shared-with-partners", look=Look.NOW)
def partners_today(site: RunningSite) -> Evidence:
    """After `Accept all`, pages permit today the hosts of the services that are on, and no other."""
    load_offer()  # ends in an error where rows of the offer are spoiled
    on = switches()
    unknown = sorted(set(on) - set(KNOWN))
    require(not unknown, f"{unknown[:1]} is switched on, and nobody knows what it is")
    with site.rehearsal():
        accepting = site.visitor()
        choose(accepting, "accept")
        for path in PAGES:
            beyond = strangers(accepting.get(path), on)
            require(
                not beyond, f"{path} permits {beyond[:1]}, which belongs to no service that is on"
            )
    for key in on:
        _is_named_in_policy(site, key, on)
    partners = sorted({FIRMS[KNOWN[key].maker] for key in on})
    return Evidence(
        f"Today who accepts all lets pages reach {', '.join(partners)} and nobody else."
        if partners
        else "Today no partner’s service is on: even after Accept all, pages reach nobody else.",
        {"partners": len(partners), "pages compared": len(PAGES)},
    )
