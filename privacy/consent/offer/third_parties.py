"""Third parties that staff may switch on by entering an account number. All are off until then.

The origins are what each maker's own content-security documentation asks for, and no more.
"""

from privacy.consent.offer.parts import Embed, Service, StoredItem

GOOGLE = "Google LLC"
LINKEDIN = "LinkedIn Corporation"
USA = "United States"
TAG_MANAGER = "https://www.googletagmanager.com"

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
)

GOOGLE_ADS = Service(
    key="google-ads",
    name="Google Ads remarketing",
    purpose="Shows our advertisements on other websites to people who have visited this one.",
    recipient=GOOGLE,
    country=USA,
    retention="18 months.",
    items=(
        StoredItem(
            "_gcl_", "Remembers a click on our advertisement.", 90, prefix=True, on_parent=True
        ),
        StoredItem("IDE", "Chooses and counts advertisements.", 390, foreign="doubleclick.net"),
        StoredItem("NID", "Keeps Google's own settings.", 183, foreign="google.com"),
    ),
    origins={
        "script-src": (
            TAG_MANAGER,
            "https://www.googleadservices.com",
            "https://googleads.g.doubleclick.net",
        ),
        "img-src": (
            "https://googleads.g.doubleclick.net",
            "https://www.google.com",
            TAG_MANAGER,
        ),
        "connect-src": (
            "https://pagead2.googlesyndication.com",
            "https://googleads.g.doubleclick.net",
            "https://www.google.com",
        ),
        "frame-src": ("https://td.doubleclick.net", TAG_MANAGER),
    },
    gpc_covered=True,
    identifier=r"AW-[0-9]{6,12}",
    identifier_hint="The conversion ID, such as AW-123456789",
    nobodys="AW-000000000",
    loader="consent/google.js",
    consent_parameters=("ad_storage", "ad_user_data", "ad_personalization"),
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
        StoredItem("li_sugr", "Recognizes a browser.", 90, foreign="linkedin.com"),
        StoredItem("bcookie", "Recognizes a browser.", 365, foreign="linkedin.com"),
        StoredItem("lidc", "Chooses a data center.", 1, foreign="linkedin.com"),
        StoredItem("UserMatchHistory", "Matches advertising accounts.", 30, foreign="linkedin.com"),
    ),
    origins={
        "script-src": ("https://snap.licdn.com",),
        "img-src": ("https://px.ads.linkedin.com",),
        "connect-src": ("https://px.ads.linkedin.com",),
    },
    gpc_covered=True,
    identifier=r"[0-9]{4,10}",
    identifier_hint="The partner ID, such as 1234567",
    nobodys="00000000",
    loader="consent/linkedin-insight.js",
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
)
