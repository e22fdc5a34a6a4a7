"""What the walk to every address has shown: promises about whatever arises on the way."""

import re

from django.conf import settings

from privacy.promises.registry import Evidence, Look, NotCarriedOut, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.witness import browser_rules as browser
from privacy.promises.witness import link_rules as links
from privacy.promises.witness import mail_rules as mails
from privacy.promises.witness import record_rules as records
from privacy.promises.witness import row_rules as rows
from privacy.promises.witness.names_asked import NAMES
from privacy.promises.witness.rules import ANSWER, CACHE, LINE, MAIL, ROW, SESSION
from privacy.promises.witness.walk import Walk

LED_TO = frozenset({
    "account_confirm_email", "account_confirm_email_and_go_on", "account_mail_sent",
    "account_reset_password_from_key", "accounts:deleted_report", "accounts:remove_passkey",
    "downloads:code", "downloads:document", "downloads:fetch", "downloads:file", "downloads:label",
    "downloads:short", "downloads:stop", "downloads:unwatch", "downloads:version", "downloads:watch",
    "newsletter:code", "newsletter:confirm", "newsletter:issue", "newsletter:preferences",
    "newsletter:refuse", "newsletter:unsubscribe", "rights:confirm_identity", "rights:fetch_export",
    "rights:request_ask_again", "rights:request_status", "rights:request_withdraw",
})  # fmt: skip
"""Views to which a form, a page or a mail leads. Where one of these refuses, the view behind it is not
reached: that is a breach of what the policy says of the form, and not of the guards of answers."""
OVER = re.compile(r"\d+/(\d*)([smhd])\b")
"""Over which time a limit counts, as the accounts' package writes it: `100/d/key`."""
DAYS = {"s": 1 / 86400, "m": 1 / 1440, "h": 1 / 24, "d": 1}
WALKED = "For this check every address was opened by everybody, with made-up people, and undone. "


def figures(walk: Walk, *kinds: str) -> dict[str, int]:
    """Return how much of what has passed the witness."""
    names = {
        ANSWER: "answers", LINE: "lines of logs", SESSION: "states of sessions", ROW: "rows",
        CACHE: "notes in the shared cache", MAIL: "mails",
    }  # fmt: skip
    return {"addresses": len(walk.routes), **{names[k]: walk.recorder.counts[k] for k in kinds}}


def require_kept(walk: Walk, *subjects: str) -> None:
    """Require that nothing that passed the witness is against some rules."""
    faults = walk.faults_of(*subjects)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    require(not faults, f"{faults[0]}{more}" if faults else "")
    if walk.broken_off or not walk.recorder.counts[ANSWER]:
        raise NotCarriedOut("The walk to every address broke off before all was seen.")


@promise("cookies.none-before-consent", look=Look.REHEARSAL)
def no_answer_marks_who_only_looks(site: RunningSite) -> Evidence:
    """Pages after a form, mailed links, error pages: none sets a cookie or names another origin."""
    require_kept(site.walk, browser.FIRST_VISIT, browser.LOADS, browser.ORIGINS)
    return Evidence(
        f"{WALKED}Nothing was given to who only looked, and no page named another company’s address.",
        figures(site.walk, ANSWER),
    )


@promise("cookies.several-types", look=Look.REHEARSAL)
def each_cookie_is_set_as_listed(site: RunningSite) -> Evidence:
    """Whoever did what: no other cookie, none for longer, none without the act it is for."""
    require_kept(site.walk, browser.COOKIES)
    return Evidence(
        f"{WALKED}Each cookie that was set is one of {len(browser.LIST)} that are listed, for as long "
        "as the list says.",
        figures(site.walk, ANSWER),
    )


@promise("beacons.in-pages", look=Look.REHEARSAL)
def no_page_holds_a_beacon(site: RunningSite) -> Evidence:
    """No hidden picture, no report of links, nothing that is asked for ahead."""
    require_kept(site.walk, browser.BEACONS)
    return Evidence(f"{WALKED}No page held a beacon.", figures(site.walk, ANSWER))


@promise("beacons.in-mail", look=Look.REHEARSAL)
def no_mail_on_the_way_reports(site: RunningSite) -> Evidence:
    """Mails that the walk causes go to their readers alone, load nothing and count no links."""
    require_kept(site.walk, mails.MAILS)
    written = sum("mail/" in name for name in site.walk.recorder.templates)
    return Evidence(
        f"{WALKED}No mail that came of it loads anything, goes to others, "
        "has answers go elsewhere, or follows its links.",
        {**figures(site.walk, MAIL), "templates of mails": written},
    )


@promise("usage.time-and-areas", look=Look.REHEARSAL)
def no_script_before_a_yes(site: RunningSite) -> Evidence:
    """No script watches anybody who has allowed nothing, and nothing remembers where they went.

    Neither a session nor what is stored with a form says from which page somebody came.
    """
    require_kept(site.walk, browser.SCRIPTS, rows.OF_AREAS, records.PAGES_BEFORE)
    return Evidence(
        f"{WALKED}No script ran before it was allowed, but staff’s own and the one for passkeys, and "
        "no log, session, row or note held which pages somebody had opened or came from.",
        figures(site.walk, ANSWER, LINE, SESSION, ROW, CACHE),
    )


@promise("usage.ip-address", look=Look.REHEARSAL)
def no_address_is_kept(site: RunningSite) -> Evidence:
    """Neither logs nor sessions, rows or the shared cache hold the address of a visitor."""
    require_kept(site.walk, records.ADDRESSES)
    return Evidence(
        f"{WALKED}Their IP addresses were found in no log, session, row or note.",
        figures(site.walk, LINE, SESSION, ROW, CACHE),
    )


@promise("usage.details", look=Look.REHEARSAL)
def no_browser_is_kept(site: RunningSite) -> Evidence:
    """Neither the name of a browser nor a file is written, and no table tells who came when."""
    require_kept(site.walk, records.BROWSERS, records.FILES, rows.OF_USE)
    return Evidence(
        f"{WALKED}The names of their browsers were found nowhere, no file was written, and no row "
        "told of a log-in or a page that was opened.",
        figures(site.walk, LINE, SESSION, ROW, CACHE),
    )


@promise("information.communications-kept", look=Look.REHEARSAL)
def words_are_kept_where_they_belong(site: RunningSite) -> Evidence:
    """Names, addresses and texts stand in no log, no session and no note, and arise by forms alone."""
    require_kept(site.walk, records.LOGGED_WORDS, records.KEPT_WORDS, rows.OF_WORDS)
    return Evidence(
        f"{WALKED}What they wrote was found in no log, session or note, and no message or request "
        "was made of anything else.",
        figures(site.walk, LINE, SESSION, CACHE),
    )


@promise("retention.access-logs", look=Look.REHEARSAL)
def no_note_outlasts_its_time(site: RunningSite) -> Evidence:
    """Counts of attempts, and whatever else is noted of somebody for a while, end by themselves.

    Also those that no made-up visitor brings about: each limit of the settings says for how long.
    """
    for name, said in settings.ACCOUNT_RATE_LIMITS.items():
        days = [int(many or 1) * DAYS[unit] for many, unit in OVER.findall(said)]
        require(len(days) == len(said.split(",")), f"the limit {name} is not to be read: {said}")
        require(max(days) <= 30, f"attempts are counted for {max(days):g} days by {name}")
    require_kept(site.walk, records.PERIODS)
    return Evidence(
        f"{WALKED}What was noted in the shared cache ends within 30 days, all of it.",
        figures(site.walk, CACHE),
    )


@promise("usage.shared-with-partners", look=Look.REHEARSAL)
def the_server_tells_nobody(site: RunningSite) -> Evidence:
    """No request makes the server itself tell another machine, and no page has visitors do so."""
    require_kept(site.walk, records.OUTSIDE, links.PASSED_ON)
    return Evidence(
        f"{WALKED}The server reached out to no other machine, and no link or form told another site "
        "who follows it.",
        figures(site.walk, ANSWER),
    )


@promise("security.against-misuse", look=Look.REHEARSAL)
def nobody_sees_a_neighbour_and_no_link_acts(site: RunningSite) -> Evidence:
    """What one told is in no answer to another, and whoever only looks changes nothing (law 3)."""
    require_kept(site.walk, records.OTHERS, records.LOOKS, records.LOG_INS)
    return Evidence(
        f"{WALKED}No answer showed what somebody else had told, but to staff by their role, and no "
        "address that was only opened changed anything, whatever it said after its question mark.",
        {**figures(site.walk, ANSWER, ROW), "names asked for": site.walk.counts[NAMES]},
    )


@promise("security.technical", look=Look.REHEARSAL)
def every_answer_is_guarded(site: RunningSite) -> Evidence:
    """Headers on every answer, nothing personal for caches, no secret in a log, no bare password."""
    walk = site.walk
    if walk.broken_off:
        raise walk.broken_off
    require(walk.recorder.counts[ANSWER], "the walk has seen nothing")
    missed = [one for one in walk.unreached if one not in LED_TO]
    # Behind a page that an outage kept away stand others, to which nothing led.
    require(
        not missed or walk.left_out,
        f"{len(missed)} views were not reached, first {', '.join(missed[:1])}",
    )
    require_kept(
        walk,
        browser.FAILURES,
        browser.HEADERS,
        browser.CACHES,
        records.LOGGED_SECRETS,
        records.PASSWORDS,
    )
    if walk.left_out:
        raise NotCarriedOut(f"What ended in an error was left out: {walk.left_out[0]}.")
    if walk.unreached:
        raise NotCarriedOut(f"Nothing led to {walk.unreached[0]} this time.")
    return Evidence(
        f"{WALKED}Every answer, refusals included, carried the protective headers.",
        figures(walk, ANSWER, LINE, ROW),
    )
