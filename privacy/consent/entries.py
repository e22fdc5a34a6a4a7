"""The entries of the catalogue: our own cookies, and the third parties that staff may switch on."""

from django.conf import settings

from privacy.consent.catalog import (
    ANALYTICS,
    MARKETING,
    NECESSARY,
    PREFERENCES,
    SOCIAL,
    Group,
    Service,
    StoredItem,
)
from privacy.consent.thirdparty import (
    GOOGLE_ADS,
    GOOGLE_ANALYTICS,
    LINKEDIN_INSIGHT,
    LINKEDIN_POSTS,
    MAPS,
    VIDEO,
)
from sens_site.lib.company import COMPANY

DAY = 24 * 3600

OWN_SITE = Service(
    key="site",
    name="This website",
    purpose="Keep you logged in, and remember what you decided about cookies.",
    recipient=COMPANY.legal_name,
    country="United States",
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
            name=settings.CSRF_COOKIE_NAME,
            purpose="Protects the forms of our own staff. Set in the administration area only.",
            life_days=settings.CSRF_COOKIE_AGE // DAY,
        ),
    ),
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
        services=(VIDEO, MAPS),
    ),
    Group(
        key=ANALYTICS,
        name="Analytics",
        purpose="Count which pages are visited and for how long, so that we can improve them.",
        services=(GOOGLE_ANALYTICS,),
    ),
    Group(
        key=MARKETING,
        name="Marketing",
        purpose="Show our advertisements on other websites to people who have visited this one, "
        "and learn whether the advertisements worked.",
        services=(GOOGLE_ADS, LINKEDIN_INSIGHT),
    ),
    Group(
        key=SOCIAL,
        name="Social media",
        purpose="Show posts from social networks inside our pages.",
        services=(LINKEDIN_POSTS,),
    ),
)

GROUP_BY_KEY = {group.key: group for group in GROUPS}
