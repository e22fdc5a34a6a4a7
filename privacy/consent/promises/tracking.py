"""Promises about beacons, pixels, analytics and advertisements."""

from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders

from privacy.consent.offer.current import current_offer
from privacy.consent.offer.parts import ANALYTICS, MARKETING, Service
from privacy.consent.offer.switches import recipient_is_in_policy
from privacy.consent.offer.third_parties import LINKEDIN_INSIGHT
from privacy.consent.promises.all_services_on import (
    FOUR_GROUPS,
    KNOWN,
    NOBODYS,
    PAGES,
    acts,
    acts_alone_with_its_group,
    choose,
    everything_on,
    lacking,
    leaked,
    origins_of,
    services_in,
    stays_out_until_allowed,
    strangers,
    tag_numbers,
    visitor_who_allows,
)
from privacy.consent.promises.cookies import COOKIES, shown_cookies
from privacy.datamap.promises.vendors import shown_as_switched, shown_firms
from privacy.promises.page_reader import foreign
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite

OF_MARKETING = ("_gcl_au", "_gac_X1", "li_fat_id", "li_giant", "ln_or", "oribili_user_guid")
OF_ANALYTICS = ("_ga", "_ga_X1")
"""Cookies that the makers' scripts set for this site, as their documents name them."""
PERSONAL_WORDS = ("user_id", "userid", "username", "email", "phone", "account")
"""What a loader script would have to say in order to hand on who somebody is."""


def policy_links(site: RunningSite, wanted: str) -> None:
    """Require that the policy in force links to an address."""
    require(wanted in site.get("/privacy/").page.links, f"the policy does not link to {wanted}")


@promise("beacons.in-pages", look=Look.NOW)
def no_hidden_picture(site: RunningSite) -> Evidence:
    """Pages hold no hidden pictures, and load none from elsewhere."""
    pictures = 0
    for answer in site.pages:
        pictures += sum(1 for _ in answer.page.all("img"))
        require(not answer.page.hidden_images, f"{answer.path} holds a hidden picture")
        outside = foreign(one.get("src") for one in answer.page.all("img"))
        require(not outside, f"{answer.path} loads a picture from {outside[:1]}")
    return Evidence(
        "No page holds a hidden picture or one from elsewhere.",
        {"pages opened": len(site.pages), "pictures seen": pictures, "hidden pictures": 0},
    )


@promise("pixels.may-track", look=Look.REHEARSAL)
def no_pixel_before_marketing_is_allowed(site: RunningSite) -> Evidence:
    """The pixel's number and its makers' addresses appear with the consent to marketing only."""
    acts_alone_with_its_group(site, "linkedin-insight")
    with everything_on(site):
        stays_out_until_allowed(site, MARKETING)
        allowed = visitor_who_allows(site, MARKETING).get("/")
        pixel = NOBODYS[LINKEDIN_INSIGHT.key]
        require(pixel in tag_numbers(allowed), "the pixel is not loaded even when it is allowed")
    return Evidence(
        "When we switched it on for a test, alone and with all others, the pixel was neither loaded "
        "nor permitted before marketing cookies were allowed.",
        {"pages compared": len(PAGES)},
    )


@promise("pixels.browser-opt-out", look=Look.REHEARSAL)
def without_cookies_no_pixel(site: RunningSite) -> Evidence:
    """A browser that keeps no cookies is a first-time visitor again after `Accept all`."""
    with everything_on(site):
        blocking = site.visitor()
        answer = choose(blocking, "accept")
        require(answer.set_cookies, "accepting does not say what to keep")
        for path in PAGES:
            blocking.cookies.clear()
            seen = blocking.get(path)
            found = leaked(seen, MARKETING)
            require(not found, f"{path} loads {found[:1]} in a browser without cookies")
    return Evidence(
        "When we switched everything on for a test, a browser that keeps no cookies was shown no "
        "pixel, even after Accept all.",
        {"pages opened": len(PAGES), "pixels": 0},
    )


@promise("pixels.decline-marketing", look=Look.REHEARSAL)
def declining_keeps_everything_out(site: RunningSite) -> Evidence:
    """After `Reject all`, and after a no to marketing alone, its pixels stay out."""
    others = [group for group in FOUR_GROUPS if group != MARKETING]
    with everything_on(site):
        refusing = site.visitor()
        choose(refusing, "reject")
        picky = visitor_who_allows(site, *others)
        changing = visitor_who_allows(site, *FOUR_GROUPS)
        choose(changing, "some", *others)
        for path in PAGES:
            found = leaked(refusing.get(path), MARKETING)
            require(not found, f"after Reject all, {path} lets {found[:1]} act")
            for visitor in (picky, changing):
                found = leaked(visitor.get(path), MARKETING, beside=others)
                require(not found, f"without marketing, {path} lets {found[:1]} act")
    return Evidence(
        "When we switched everything on for a test, pages neither loaded a pixel after declining nor "
        "permitted the browser to.",
        {"pages opened": 2 * len(PAGES), "pixels": 0},
    )


@promise("analytics.google", look=Look.REHEARSAL)
def google_analytics_needs_consent(site: RunningSite) -> Evidence:
    """Its tag appears with the consent to analytics alone; Google's explanation is linked."""
    acts_alone_with_its_group(site, "google-analytics")
    _acts_with_its_group_of_all(site, "google-analytics")
    policy_links(site, "https://policies.google.com/privacy/partners")
    return Evidence(
        "When we switched it on for a test, Google Analytics was loaded after a yes to analytics "
        "and in no other case; Google’s own explanation is linked.",
        {"pages compared": len(PAGES)},
    )


@promise("ads.remarketing", look=Look.REHEARSAL)
def the_advertising_tag_needs_consent(site: RunningSite) -> Evidence:
    """Its tag appears with the consent to marketing alone."""
    for key in ("google-ads", "google-ads-conversions"):
        acts_alone_with_its_group(site, key)
    _acts_with_its_group_of_all(site, "google-ads")
    return Evidence(
        "When we switched it on for a test, the advertising tag was loaded after a yes to marketing "
        "and in no other case.",
        {"pages compared": len(PAGES)},
    )


def _acts_with_its_group_of_all(site: RunningSite, key: str) -> None:
    """Require of one service, with all switched on, that it acts with its own group alone."""
    number, own = NOBODYS[key], KNOWN[key].group
    with everything_on(site):
        refusing = visitor_who_allows(site, *(one for one in FOUR_GROUPS if one != own))
        allowing = visitor_who_allows(site, own)
        for path in PAGES:
            require(not acts(site.get(path), key, number), f"{path} loads it before consent")
            require(not acts(refusing.get(path), key, number), f"{path} loads it after a no")
            require(acts(allowing.get(path), key, number), f"{path} lacks it after a yes")


@promise("cookies.social-features", look=Look.REHEARSAL)
def social_features_alone(site: RunningSite) -> Evidence:
    """What a social network shows needs the consent to social media, and to nothing else."""
    acts_alone_with_its_group(site, "linkedin-posts")
    return Evidence(
        "When we switched them on alone for a test, posts of LinkedIn were let in after a yes to "
        "social media and in no other case."
    )


@promise("cookies.remember-preferences", look=Look.REHEARSAL)
def videos_and_maps_alone(site: RunningSite) -> Evidence:
    """What is shown inside pages by preference needs the consent to preferences alone."""
    for key in ("youtube", "google-maps", "openstreetmap"):
        acts_alone_with_its_group(site, key)
    return Evidence(
        "When we switched each on alone for a test, videos and maps were let in after a yes to "
        "preferences and in no other case.",
        {"services": 3},
    )


@promise("cookies.traffic-analysis", look=Look.REHEARSAL)
def our_statistics_alone(site: RunningSite) -> Evidence:
    """Our own statistics need the consent to analytics."""
    acts_alone_with_its_group(site, "visits")
    with everything_on(site):
        visitor = visitor_who_allows(site, ANALYTICS)
        visitor.cookies.update(dict.fromkeys(OF_ANALYTICS, "1"))
        choose(visitor, "reject")
    left = sorted(set(OF_ANALYTICS) & set(visitor.cookies))
    require(not left, f"{left[:1]} stays after consent is taken back")
    return Evidence(
        "Played through for this check with nothing else on: our own statistics acted after a yes "
        "to analytics and in no other case; taking it back deleted the cookies of analytics."
    )


@promise("ads.third-party-cookies", look=Look.REHEARSAL)
def cookies_of_others_are_on_record(site: RunningSite) -> Evidence:
    """Each cookie that an advertising vendor sets is listed with who sets it."""
    with everything_on(site):
        shown = shown_cookies(site.get(COOKIES))
        found = [(s, i) for s in services_in(MARKETING) for i in s.items if i.foreign]
        require(found, "no cookie of another company is on record")
        for service, item in found:
            words = " ".join(shown.get(item.shown_name, []))
            require(
                item.foreign in words and service.recipient in words,
                f"the cookies page does not say who sets {item.shown_name}",
            )
        domains = {item.foreign for _, item in found}
        first = site.get("/")
        named = [o for origins in first.permitted.values() for o in origins]
        require(not named, f"a first visit permits {named[:1]}")
    return Evidence(
        "When we switched it on for a test, every advertising cookie of another company was listed "
        "with its maker, and none could be set on a first visit.",
        {"cookies": len(found), "domains": len(domains)},
    )


@promise("ads.opt-out", look=Look.REHEARSAL)
def settings_on_every_page_and_withdrawal_deletes(site: RunningSite) -> Evidence:
    """The settings are one press away, and taking consent back deletes what it allowed."""
    missing = [answer.path for answer in site.pages if COOKIES not in answer.page.links]
    require(not missing, f"{len(missing)} pages lack a link to {COOKIES}, first {missing[:1]}")
    with everything_on(site):
        visitor = visitor_who_allows(site, MARKETING)
        visitor.cookies.update(dict.fromkeys(OF_MARKETING, "1"))
        answer = choose(visitor, "reject")
    left = sorted(set(OF_MARKETING) & set(visitor.cookies))
    require(not left, f"{left[:1]} stays after consent is taken back")
    require('"storage"' in answer.header("Clear-Site-Data"), "what scripts stored stays")
    policy_links(site, "https://support.google.com/ads/answer/7395996")
    return Evidence(
        "Every page links to the settings. When we switched marketing on for a test, rejecting there "
        "deleted what had been allowed.",
        {"pages": len(site.pages), "cookies deleted": len(OF_MARKETING)},
    )


@promise("usage.may-be-combined", look=Look.REHEARSAL)
def tags_do_not_say_who_somebody_is(site: RunningSite) -> Evidence:
    """A tag is the same for who is signed in, and its script asks for nothing personal."""

    def tags(answer: Answer) -> list[dict[str, str]]:
        return [dict(script.attrs) for script in answer.page.scripts]

    with everything_on(site):
        user = get_user_model().objects.create_user(
            username="check-of-the-promises", email="check-of-the-promises@example.com"
        )
        stranger, member = site.visitor(), site.visitor()
        choose(stranger, "accept")
        choose(member, "accept")
        member.sign_in(user)
        loaders = set()
        for path in PAGES:
            alike = tags(stranger.get(path))
            require(alike, f"{path} carries no tag, so there is nothing to compare")
            require(alike == tags(member.get(path)), f"the tags of {path} tell who is logged in")
        for service in current_offer().services_of(current_offer().by_key):
            loaders |= {service.loader} - {""}
    for loader in loaders:
        found = finders.find(loader)
        require(found, f"the script {loader} is missing")
        with open(str(found), encoding="utf-8") as script:  # noqa: PTH123 - a name from the finder
            words = script.read().lower()
        told = [word for word in PERSONAL_WORDS if word in words]
        require(not told, f"the script {loader} speaks of {told[:1]}")
    return Evidence(
        "When we switched everything on for a test, the tags were the same for strangers and for "
        "people who are logged in.",
        {"pages compared": len(PAGES), "scripts read": len(loaders)},
    )


@promise("usage.shared-with-partners", look=Look.REHEARSAL)
def partners_are_named(site: RunningSite) -> Evidence:
    """After `Accept all`, pages reach the recorded partners alone, and each is named."""
    with everything_on(site):
        services = services_in(*current_offer().by_key)
        visitor = site.visitor()
        choose(visitor, "accept")
        for path in PAGES:
            seen = visitor.get(path)
            require(
                seen.permitted == origins_of(services) and not strangers(seen, KNOWN),
                f"{path} permits other origins than those of the partners on record",
            )
        page = site.get(COOKIES).page.text
        unnamed = sorted({s.recipient for s in services if s.recipient not in page})
        require(not unnamed, f"the cookies page does not name {unnamed[:1]}")
        others = [s for s in services if s.identifier]
        unpromised = {s.recipient for s in others if not recipient_is_in_policy(s)}
    in_use = {s.recipient for s in services_in(*current_offer().by_key)}
    require(not in_use & unpromised, "a partner in use is not named in the policy")
    return Evidence(
        "When we switched everything on for a test, pages could reach the partners on record only, "
        "even after Accept all, and all were named on the cookies page.",
        {"partners": len({s.recipient for s in services}), "services": len(services)},
    )


@promise("sharing.analytics-vendors", look=Look.REHEARSAL)
def analytics_vendors_are_on_record(site: RunningSite) -> Evidence:
    """Who allowed analytics alone reaches the analytics vendors alone; each has a record."""
    with everything_on(site):
        services = services_in(ANALYTICS)
        require(services, "no analytics vendor is on record")
        for service in services:
            facts = (service.recipient, service.country, service.purpose, service.retention)
            require(all(facts), f"the record of {service.name} is not complete")
        visitor = visitor_who_allows(site, ANALYTICS)
        for path in PAGES:
            seen = visitor.get(path)
            beyond = strangers(seen, ["google-analytics"])
            require(not beyond, f"{path} permits {beyond[:1]}, which is of no analytics vendor")
            missing = lacking(seen, ANALYTICS)
            require(not missing, f"{path} lacks {missing[:1]} after a yes to analytics")
        for service in services:
            _stands_on_the_record(site, service)
        shown = site.get(COOKIES).page.text
        unnamed = [s.recipient for s in services if s.recipient not in shown]
        require(not unnamed, f"the cookies page does not name {unnamed[:1]}")
    return Evidence(
        "When we switched it on for a test, pages could reach the recorded analytics vendors and "
        "nobody else, and the public record named them.",
        {"vendors on record": len(services)},
    )


def _stands_on_the_record(site: RunningSite, service: Service) -> None:
    """Require that the public record says where a service runs and on what ground it may."""
    if not service.identifier:
        return
    found = [
        line
        for line in shown_firms(site)
        if (line.name, line.country, line.ground)
        == (service.recipient, service.country, "your explicit consent")
    ]
    require(found, f"{service.name} was switched on, and the public record does not say so")
    shown_as_switched(site, "analytics vendors")
