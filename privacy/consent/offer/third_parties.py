"""Third parties that staff may switch on by entering an account number. All are off until then.

The origins are what each maker's own public document asks for, and no more; the document and its
day stand beside each. What a live tag asks for beyond them is refused by the browser and told by
`manage.py audit_consent`.
"""

from datetime import date

from privacy.consent.offer.parts import STORAGE, Embed, Service, Source, StoredItem

GOOGLE = "Google LLC"
LINKEDIN = "LinkedIn Corporation"
KNOWN_AS = {GOOGLE: "Google", LINKEDIN: "LinkedIn"}
"""Firms that a text names well enough without their legal form. Of any other it takes the whole
name: “Data Corp” is not named by a sentence about data."""
USA = "United States"
TAG_MANAGER = "https://www.googletagmanager.com"
COMPARED = date(2026, 11, 25)
"""The day of documents that bear none: when the catalogue was last compared with them."""

GOOGLE_CSP_GUIDE = Source(
    "Use Tag Manager with a Content Security Policy",
    "https://developers.google.com/tag-platform/security/guides/csp",
    date(2026, 9, 9),
)
GOOGLE_COOKIE_HELP = Source(
    "[GA4] Cookie usage on websites",
    "https://support.google.com/analytics/answer/11397207",
    COMPARED,
)
GOOGLE_AD_COOKIES = Source(
    "Our advertising and measurement cookies",
    "https://business.safety.google/adscookies/",
    COMPARED,
)
GOOGLE_DOMAINS = Source(
    "Google's supported domains", "https://www.google.com/supported_domains", COMPARED
)
LINKEDIN_COOKIE_TABLE = Source(
    "LinkedIn Cookie Table", "https://www.linkedin.com/legal/l/cookie-table", date(2024, 4, 3)
)

GOOGLE_COUNTRIES = tuple(
    f"https://www.google.{country}"
    for country in (
        *("at", "be", "bg", "ca", "ch", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hr"),
        *("hu", "ie", "is", "it", "li", "lt", "lu", "lv", "nl", "no", "pl", "pt", "ro", "se"),
        *("si", "sk", "co.uk", "com.cy", "com.mt", "com.mx"),
    )
)
"""Where Google measures a visit from a country: `https://www.google.<TLD>` in its own document.

No pattern can stand for an end of a name, and all of Google's 190 would not fit into the header
that proxies take. These are North America, the European Economic Area, Switzerland and the United
Kingdom; from elsewhere an audience is not counted, and nothing else is amiss.
"""

GOOGLE_ANALYTICS = Service(
    key="google-analytics",
    name="Google Analytics 4",
    purpose="Counts visits, the pages seen and the time spent on them.",
    recipient=GOOGLE,
    country=USA,
    retention="14 months.",
    items=(
        StoredItem("_ga", "Tells one browser from another.", 395, on_parent=True),
        StoredItem("_ga_", "Remembers the state of a visit.", 395, prefix=True, on_parent=True),
    ),
    # Without Google Signals, which joins visits with Google accounts: that is remarketing.
    origins={
        "script-src": (TAG_MANAGER,),
        "img-src": ("https://*.google-analytics.com", TAG_MANAGER),
        "connect-src": (
            "https://*.google-analytics.com",
            "https://*.analytics.google.com",
            TAG_MANAGER,
        ),
    },
    gpc_covered=True,
    identifier=r"G-[A-Z0-9]{6,12}",
    identifier_hint="The measurement ID, such as G-AB12CD34EF",
    nobodys="G-EXAMPLE123",
    loader="consent/google.js",
    consent_parameters=("analytics_storage",),
    source=(GOOGLE_CSP_GUIDE, GOOGLE_COOKIE_HELP),
)

GOOGLE_AD_ITEMS = (
    StoredItem("_gcl_", "Remembers a click on our advertisement.", 90, prefix=True, on_parent=True),
    StoredItem("_gac_", "Remembers a click on our advertisement.", 90, prefix=True, on_parent=True),
    StoredItem("_gcl_ls", "Remembers a click on our advertisement.", 90, kind=STORAGE),
    StoredItem(
        "IDE",
        "Chooses and counts advertisements. Outside Europe Google keeps it for 24 months.",
        390,
        foreign="doubleclick.net",
    ),
    StoredItem(
        "test_cookie",
        "Tries whether the browser takes cookies.",
        0,
        life_minutes=15,
        foreign="doubleclick.net",
    ),
    StoredItem("NID", "Keeps Google's own settings.", 183, foreign="google.com"),
)
GOOGLE_AD_ORIGINS = {
    "script-src": (
        TAG_MANAGER,
        "https://www.googleadservices.com",
        "https://pagead2.googlesyndication.com",
        "https://googleads.g.doubleclick.net",
        "https://www.google.com",
    ),
    "img-src": (
        TAG_MANAGER,
        "https://www.googleadservices.com",
        "https://pagead2.googlesyndication.com",
        "https://googleads.g.doubleclick.net",
        "https://google.com",
        "https://www.google.com",
        *GOOGLE_COUNTRIES,
    ),
    "connect-src": (
        "https://www.googleadservices.com",
        "https://pagead2.googlesyndication.com",
        "https://googleads.g.doubleclick.net",
        "https://ad.doubleclick.net",
        "https://google.com",
        "https://www.google.com",
        *GOOGLE_COUNTRIES,
    ),
    "frame-src": (TAG_MANAGER,),
}
GOOGLE_CLICK_IDS = ("gclid", "gbraid", "wbraid", "dclid", "gad_source", "gad_campaignid", "_gl")

GOOGLE_CONVERSIONS = Service(
    key="google-ads-conversions",
    name="Google Ads conversions",
    purpose="Counts how many visitors came from our advertisements with Google.",
    recipient=GOOGLE,
    country=USA,
    retention="18 months.",
    items=GOOGLE_AD_ITEMS,
    origins=GOOGLE_AD_ORIGINS,
    gpc_covered=True,
    identifier=r"AW-[0-9]{6,12}",
    identifier_hint="The conversion ID, such as AW-123456789",
    nobodys="AW-000000001",
    loader="consent/google.js",
    consent_parameters=("ad_storage", "ad_user_data"),
    click_ids=GOOGLE_CLICK_IDS,
    source=(GOOGLE_CSP_GUIDE, GOOGLE_AD_COOKIES, GOOGLE_DOMAINS),
)

GOOGLE_ADS = Service(
    key="google-ads",
    name="Google Ads remarketing",
    purpose="Shows our advertisements on other websites to people who have visited this one. With "
    "Google Analytics allowed too, Google joins both with what it knows of your Google account.",
    recipient=GOOGLE,
    country=USA,
    retention="18 months.",
    items=GOOGLE_AD_ITEMS,
    # With those of Google Signals, which is on where this and Google Analytics are allowed.
    origins={
        **GOOGLE_AD_ORIGINS,
        "img-src": (
            "https://*.google-analytics.com",
            "https://*.analytics.google.com",
            "https://*.g.doubleclick.net",
            "https://*.google.com",
            *GOOGLE_AD_ORIGINS["img-src"],
        ),
        "connect-src": (
            "https://*.google-analytics.com",
            "https://*.analytics.google.com",
            "https://*.g.doubleclick.net",
            "https://*.google.com",
            *GOOGLE_AD_ORIGINS["connect-src"],
        ),
        "frame-src": ("https://td.doubleclick.net", TAG_MANAGER),
    },
    gpc_covered=True,
    identifier=r"AW-[0-9]{6,12}",
    identifier_hint="The conversion ID, such as AW-123456789",
    nobodys="AW-000000000",
    loader="consent/google.js",
    consent_parameters=("ad_storage", "ad_user_data", "ad_personalization"),
    click_ids=GOOGLE_CLICK_IDS,
    source=(GOOGLE_CSP_GUIDE, GOOGLE_AD_COOKIES, GOOGLE_DOMAINS),
)

LINKEDIN_INSIGHT = Service(
    key="linkedin-insight",
    name="LinkedIn conversion pixel",
    purpose="Counts how many visitors came from our advertisements on LinkedIn.",
    recipient=LINKEDIN,
    country=USA,
    retention="180 days.",
    items=(
        StoredItem("li_fat_id", "Remembers a click on our advertisement.", 30, on_parent=True),
        StoredItem("li_giant", "Counts what came of an advertisement.", 7, on_parent=True),
        StoredItem("ln_or", "Remembers whether visits may be measured.", 1, on_parent=True),
        StoredItem("oribi_cookie_test", "Tries whether cookies are taken.", 0, on_parent=True),
        StoredItem("oribili_user_guid", "Tells one browser from another.", 365, on_parent=True),
        StoredItem("li_adsId", "Tells one browser from another.", 0, kind=STORAGE),
        StoredItem("li_sugr", "Recognizes a browser.", 90, foreign="linkedin.com"),
        StoredItem("bcookie", "Recognizes a browser.", 365, foreign="linkedin.com"),
        StoredItem("bscookie", "Recognizes a browser.", 365, foreign="linkedin.com"),
        StoredItem("lidc", "Chooses a data center.", 1, foreign="linkedin.com"),
        StoredItem("UserMatchHistory", "Matches advertising accounts.", 30, foreign="linkedin.com"),
        StoredItem(
            "AnalyticsSyncHistory",
            "Remembers when accounts were matched for statistics.",
            30,
            foreign="linkedin.com",
        ),
        StoredItem("lms_ads", "Recognizes a member elsewhere.", 30, foreign="linkedin.com"),
        StoredItem("lms_analytics", "Recognizes a member elsewhere.", 30, foreign="linkedin.com"),
    ),
    origins={
        "script-src": ("https://snap.licdn.com",),
        # px answers by a redirect to px4, and for members to www.
        "img-src": (
            "https://px.ads.linkedin.com",
            "https://px4.ads.linkedin.com",
            "https://www.linkedin.com",
        ),
        "connect-src": ("https://px.ads.linkedin.com", "https://px4.ads.linkedin.com"),
    },
    gpc_covered=True,
    identifier=r"[0-9]{4,10}",
    identifier_hint="The partner ID, such as 1234567",
    nobodys="00000000",
    loader="consent/linkedin-insight.js",
    click_ids=("li_fat_id",),
    source=(
        Source(
            "LinkedIn Insight Tag: troubleshooting",
            "https://www.linkedin.com/help/lms/answer/a425696",
            COMPARED,
        ),
        Source(
            "Enabling first-party cookies",
            "https://learn.microsoft.com/en-us/linkedin/marketing/conversions/"
            "enabling-first-party-cookies",
            COMPARED,
        ),
        LINKEDIN_COOKIE_TABLE,
    ),
)

VIDEO = Service(
    key="youtube",
    name="YouTube videos",
    purpose="Plays a video inside our page.",
    recipient=GOOGLE,
    country=USA,
    retention="as Google's own policy says.",
    items=(
        StoredItem(
            "VISITOR_INFO1_LIVE",
            "Measures bandwidth to choose the player.",
            180,
            foreign="youtube.com",
        ),
        StoredItem("YSC", "Counts the views of a video.", 0, foreign="youtube.com"),
        StoredItem(
            "VISITOR_PRIVACY_METADATA",
            "Remembers what was decided about cookies.",
            180,
            foreign="youtube.com",
        ),
        StoredItem(
            "yt-",
            "Recognizes the player when it comes back, before a video is played too.",
            0,
            prefix=True,
            kind=STORAGE,
            foreign="youtube-nocookie.com",
        ),
        StoredItem(
            "ytidb::",
            "Tries where the player may store something.",
            0,
            prefix=True,
            kind=STORAGE,
            foreign="youtube-nocookie.com",
        ),
    ),
    origins={"frame-src": ("https://www.youtube-nocookie.com",)},
    identifier=r"@?[A-Za-z0-9_-]{3,40}",
    identifier_hint="The channel, such as @example",
    nobodys="@example",
    embed=Embed(
        frame="https://www.youtube-nocookie.com/embed/{}",
        link="https://www.youtube.com/watch?v={}",
        reference=r"[A-Za-z0-9_-]{11}",
    ),
    source=(
        Source(
            "Embed videos & playlists",
            "https://support.google.com/youtube/answer/171780",
            COMPARED,
        ),
    ),
)

MAPS = Service(
    key="google-maps",
    name="Google Maps",
    purpose="Shows a map inside our page.",
    recipient=GOOGLE,
    country=USA,
    retention="as Google's own policy says.",
    items=(StoredItem("NID", "Keeps Google's own settings.", 183, foreign="google.com"),),
    origins={"frame-src": ("https://www.google.com",)},
    identifier=r"[A-Za-z0-9_-]{3,80}",
    identifier_hint="A short name for the map account",
    nobodys="example",
    embed=Embed(
        frame="https://www.google.com/maps/embed?pb={}",
        link="https://www.google.com/maps?pb={}",
        reference=r"[A-Za-z0-9!._%-]{1,400}",
    ),
    source=(
        Source(
            "Maps Embed API: quick reference",
            "https://developers.google.com/maps/documentation/embed/quick-reference",
            COMPARED,
        ),
    ),
)

STREET_MAP = Service(
    key="openstreetmap",
    name="OpenStreetMap",
    purpose="Shows a map inside our page.",
    recipient="OpenStreetMap Foundation",
    country="United Kingdom",
    retention="as the OpenStreetMap Foundation's own policy says.",
    items=(
        StoredItem("_osm_session", "Keeps the map's own session.", 0, foreign="openstreetmap.org"),
    ),
    origins={"frame-src": ("https://www.openstreetmap.org",)},
    identifier=r"[A-Za-z0-9_-]{3,80}",
    identifier_hint="A short name for the map",
    nobodys="example",
    embed=Embed(
        frame="https://www.openstreetmap.org/export/embed.html?{}",
        link="https://www.openstreetmap.org/?{}",
        reference=r"bbox=[0-9.,%C-]{7,90}(?:&layer=[a-z]{3,20})?(?:&marker=[0-9.,%C-]{3,50})?",
    ),
    source=(
        Source(
            "Services and tile users privacy FAQ",
            "https://osmfoundation.org/wiki/Services_and_tile_users_privacy_FAQ",
            COMPARED,
        ),
        Source(
            "openstreetmap-website: export/embed",
            "https://github.com/openstreetmap/openstreetmap-website",
            COMPARED,
        ),
    ),
)

LINKEDIN_POSTS = Service(
    key="linkedin-posts",
    name="LinkedIn posts",
    purpose="Shows our posts on LinkedIn inside our page.",
    recipient=LINKEDIN,
    country=USA,
    retention="as LinkedIn's own policy says.",
    items=(
        StoredItem("bcookie", "Recognizes a browser.", 365, foreign="linkedin.com"),
        StoredItem("lidc", "Chooses a data center.", 1, foreign="linkedin.com"),
    ),
    origins={"frame-src": ("https://www.linkedin.com",)},
    gpc_covered=True,
    identifier=r"[a-z0-9-]{3,60}",
    identifier_hint="The company's name on LinkedIn, such as example-company",
    nobodys="example",
    embed=Embed(
        frame="https://www.linkedin.com/embed/feed/update/{}",
        link="https://www.linkedin.com/feed/update/{}",
        reference=r"urn:li:(?:share|activity|ugcPost):[0-9]{6,20}",
    ),
    source=(LINKEDIN_COOKIE_TABLE,),
)
