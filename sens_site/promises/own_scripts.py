"""What the site's own scripts do, read in their source: for whomever, on whatever page.

No look runs a script. So each call, property, word, pattern and condition of each stands here, in its
order; what is said to Google and what is cut from an address as much as what is sent at all. Who
changes a script changes it here, too, and says so by it.
"""

import re
from collections.abc import Iterator

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises import source_code

TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/"""
    r"""|(?P<act>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`"""
    r"""|/(?![ /*])(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\\n])+/[a-z]*"""
    r"""|[\w$]+:|\b(?:true|false|document|globalThis|location|navigator|self|window)\b(?!\??\.)"""
    r"""|(?:[\w$]+\??\.)+[\w$]+\(?|[\w$]+\(|\.[\w$]+\(?|\d[\w.]*"""
    r"""|===|!==|==|!=|&&|\|\||\?\?|[<>]=?|[!?])"""
    r"""|=>|[\w$]+|.""",
    re.DOTALL,
)
ACTS = {
    "consent/back.js": r"""
        "use strict" addEventListener( "pageshow" ! event.persisted document.createElement( "meta"
        policy.httpEquiv "Content-Security-Policy" policy.content "default-src 'none'"
        document.head.append( location.reload(
    """,
    "consent/before-tags.js": r"""
        "use strict" document.currentScript.dataset.granted.split( " " URL( location.href .address
        .searchParams .keys( ! name.startsWith( "utm_" && ! granted.includes(
        address.searchParams.delete( history.replaceState( history.state "" /^https?:\/\/[^/]+\//
        .exec( document.referrer Object.defineProperty( document "referrer" value: ? 0 ""
    """,
    "consent/google.js": r"""
        "use strict" document.currentScript.dataset own.ids.split( " " own.granted.split( " "
        "ad_storage" "ad_user_data" "ad_personalization" "analytics_storage" "functionality_storage"
        "personalization_storage" "security_storage" 395 24 3600 window.dataLayer window.dataLayer
        || gtag( window.dataLayer.push( window.gtag gtag( "set" "ads_data_redaction" true gtag(
        "set" "url_passthrough" false gtag( "set" page_location: location.href page_referrer:
        document.referrer gtag( "consent" "default" Object.fromEntries( parameters.map( "denied"
        gtag( "consent" "update" Object.fromEntries( granted.map( "granted" gtag( "js" Date( gtag(
        "config" cookie_expires: cookie_update: false allow_google_signals: granted.includes(
        "ad_personalization" allow_ad_personalization_signals: granted.includes(
        "ad_personalization" document.createElement( "script" script.async true script.src
        `https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(ids[0])}`
        document.head.append(
    """,
    "consent/linkedin-insight.js": r"""
        "use strict" window._linkedin_data_partner_ids document.currentScript.dataset.ids.split( " "
        document.createElement( "script" script.async true script.src
        "https://snap.licdn.com/li.lms-analytics/insight.min.js" document.head.append(
    """,
    "passkey/passkey.js": r"""
        "use strict" document.addEventListener( "submit" event.target ! form.dataset.passkey
        event.preventDefault( document.getElementById( "failed" failed.hidden true
        window.webauthnJSON form.dataset.passkey ask( JSON.parse( form.dataset.options
        form.elements.credential.value JSON.stringify( form.submit( failed.hidden false
    """,
    "visits/visit.js": r"""
        "use strict" document.currentScript.dataset document 0 false navigator.sendBeacon(
        "/visits/" URLSearchParams( .more Math.round( performance.now( 1000 && send( 0
        document.visibilityState === "hidden" pause( performance.now( ! send( from: /^https?:/
        .test( ? URL( .hostname "" true document.addEventListener( "visibilitychange"
        addEventListener( "pagehide" look(
    """,
}
"""Every script of the site, with all that it does."""


def acts_in(script: str) -> Iterator[str]:
    """Yield each call, property, word, pattern, number and condition of a script, in its order."""
    for found in TOKEN.finditer(script):
        if found["act"]:
            yield " ".join(found["act"].split())


def _does_what_is_known(*names: str) -> Evidence:
    scripts = dict(source_code.scripts())
    for name in names:
        require(name in scripts, f"the script {name} is not there")
        known = " ".join(ACTS[name].split())
        require(" ".join(acts_in(scripts[name])) == known, f"{name} does what is not known of it")
    return Evidence(
        "Read in its source, the script does what is known of it and nothing else: no other call, "
        "word, pattern or condition stands in it.",
        {"scripts": len(names)},
    )


@promise("analytics.google", look=Look.NOW, strength=Strength.LOOKED_UP)
def google_is_told_what_was_allowed(site: RunningSite) -> Evidence:
    """Everything is denied, then what was allowed is granted, then Google's own script is fetched."""
    return _does_what_is_known("consent/google.js")


@promise("pixels.may-track", look=Look.NOW, strength=Strength.LOOKED_UP)
def the_pixel_is_told_its_number_alone(site: RunningSite) -> Evidence:
    return _does_what_is_known("consent/linkedin-insight.js")


@promise("usage.may-be-combined", look=Look.NOW, strength=Strength.LOOKED_UP)
def tags_learn_of_the_address_what_was_allowed(site: RunningSite) -> Evidence:
    """What stands behind the question mark is cut, but for campaigns and clicks; so is the page before."""
    return _does_what_is_known("consent/before-tags.js")


@promise("visits.what-is-kept", look=Look.NOW, strength=Strength.LOOKED_UP)
def our_statistics_report_what_the_policy_lists(site: RunningSite) -> Evidence:
    """The page, the site that led here, and how long it was in view."""
    return _does_what_is_known("visits/visit.js")


@promise("rights.withdraw-consent", look=Look.NOW, strength=Strength.LOOKED_UP)
def a_page_that_comes_back_asks_for_nothing(site: RunningSite) -> Evidence:
    return _does_what_is_known("consent/back.js")


@promise("cookies.none-before-consent", look=Look.NOW, strength=Strength.LOOKED_UP)
def no_script_is_there_of_which_nothing_is_known(site: RunningSite) -> Evidence:
    """One runs without a consent, on the page that asks for a passkey; every other is looked at elsewhere."""
    unknown = sorted({name for name, _ in source_code.scripts()} - ACTS.keys())
    require(not unknown, f"nothing is known of the script {unknown[:1]}")
    return _does_what_is_known("passkey/passkey.js")
