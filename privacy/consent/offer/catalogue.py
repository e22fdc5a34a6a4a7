"""The entries of the catalogue: our own cookies, and the third parties that staff may switch on."""

from django.conf import settings

from privacy.consent.offer.parts import (
    ANALYTICS,
    MARKETING,
    NECESSARY,
    PREFERENCES,
    SOCIAL,
    Group,
    Service,
    StoredItem,
)
from privacy.consent.offer.third_parties import (
    GOOGLE_ADS,
    GOOGLE_ANALYTICS,
    GOOGLE_CONVERSIONS,
    LINKEDIN_INSIGHT,
    LINKEDIN_POSTS,
    MAPS,
    STREET_MAP,
    VIDEO,
)

DAY = 24 * 3600

RECEIPT_COOKIE = ("__Secure-" if settings.SITE_IS_HTTPS else "") + "consent_receipt"
RECEIPT_PATH = "/cookies/"

OWN_SITE = Service(
    key="site",
    name="This website",
    purpose="Keep you logged in, and remember what you decided about cookies.",
    recipient=settings.COMPANY.legal_name,
    country=settings.COMPANY.country,
    retention="As long as the cookie lives.",
    items=(
        StoredItem(
            name=settings.SESSION_COOKIE_NAME,
            purpose="Recognizes you while you are logged in. Set when you log in.",
            life_days=settings.SESSION_COOKIE_AGE // DAY,
        ),
        StoredItem(
            name=settings.COOKIE_CONSENT_NAME,
            purpose="Remembers your answer about cookies. Set when you answer; holds no number "
            "that would tell you from others.",
            life_days=settings.COOKIE_CONSENT_MAX_AGE // DAY,
        ),
        StoredItem(
            name=RECEIPT_COOKIE,
            purpose="Finds the receipt of what you allowed or took back. Set when you allow "
            "something; sent to the cookies page alone.",
            life_days=settings.COOKIE_CONSENT_MAX_AGE // DAY,
            path=RECEIPT_PATH,
        ),
        StoredItem(
            name=settings.KNOWN_DEVICE_COOKIE_NAME,
            purpose="Recognizes the browser when you log in again, so that strangers who guess at "
            "your password do not keep you out. Set when you log in; sent to the account pages "
            "alone.",
            life_days=settings.KNOWN_DEVICE_COOKIE_AGE // DAY,
            path="/accounts/",
        ),
        StoredItem(
            name=settings.CSRF_COOKIE_NAME,
            purpose="Protects the forms of our own staff. Set in the administration area only.",
            life_days=settings.CSRF_COOKIE_AGE // DAY,
        ),
    ),
)

VISIT_COOKIE = ("__Host-" if settings.SITE_IS_HTTPS else "") + "visit"
VISITOR_COOKIE = ("__Host-" if settings.SITE_IS_HTTPS else "") + "visitor"
VISIT_MINUTES = 30
VISITOR_DAYS = 90

VISIT_STATISTICS = Service(
    key="visits",
    name="Our visit statistics",
    purpose="Counts visits, the pages seen and how long they are in view. Nobody but us sees them.",
    recipient=settings.COMPANY.legal_name,
    country=settings.COMPANY.country,
    retention="Single visits for 30 days; after that only counts per day and page.",
    items=(
        StoredItem(
            name=VISIT_COOKIE,
            purpose="Tells which pages belong to one visit.",
            life_days=0,
            life_minutes=VISIT_MINUTES,
        ),
        StoredItem(
            name=VISITOR_COOKIE,
            purpose="Recognizes the browser when it comes back.",
            life_days=VISITOR_DAYS,
        ),
    ),
    gpc_covered=True,
    loader="visits/visit.js",
)

GROUPS: tuple[Group, ...] = (
    Group(
        key=NECESSARY,
        name="Necessary",
        purpose="Make the site work: log you in, and remember your answer about cookies. They are "
        "set only when you do something that needs them.",
        services=(OWN_SITE,),
        required=True,
    ),
    Group(
        key=PREFERENCES,
        name="Preferences",
        purpose="Show videos and maps of other providers inside our pages without asking each time.",
        claims=("cookies.remember-preferences",),
        services=(VIDEO, MAPS, STREET_MAP),
    ),
    Group(
        key=ANALYTICS,
        name="Analytics",
        purpose="Count which pages are visited and for how long, so that we can improve them.",
        claims=("analytics.", "cookies.traffic-analysis", "visits."),
        services=(VISIT_STATISTICS, GOOGLE_ANALYTICS),
    ),
    Group(
        key=MARKETING,
        name="Marketing",
        purpose="Show our advertisements on other websites to people who have visited this one, "
        "and learn whether the advertisements worked.",
        claims=("ads.", "beacons.in-pages", "pixels."),
        services=(GOOGLE_CONVERSIONS, GOOGLE_ADS, LINKEDIN_INSIGHT),
    ),
    Group(
        key=SOCIAL,
        name="Social media",
        purpose="Show posts from social networks inside our pages.",
        claims=("cookies.social-features",),
        services=(LINKEDIN_POSTS,),
    ),
)

GROUP_BY_KEY = {group.key: group for group in GROUPS}


def embed_service(key: str) -> tuple[str, Service]:
    """Return the group and the service of something that can be shown inside a page."""
    for group in GROUPS:
        for service in group.services:
            if service.key == key and service.embed is not None:
                return group.key, service
    raise LookupError(f"Nothing in the catalogue can show {key!r}.")
