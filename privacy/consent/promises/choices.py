"""Promises about consent itself: what counts as one, how it is taken back, what signals do."""

import json
import re
from hashlib import sha256

from privacy.consent.models import ConsentReceipt, EditorialNote, GroupVersion
from privacy.consent.offer.catalogue import RECEIPT_COOKIE
from privacy.consent.offer.current import current_offer
from privacy.consent.promises.all_services_on import (
    FOUR_GROUPS,
    KNOWN,
    PAGES,
    everything_on,
    visitor_who_allows,
)
from privacy.consent.promises.hindered_choices import a_yes_counts_with_its_receipt_alone
from privacy.consent.promises.judged_changes import facts_are_no_wording
from privacy.consent.promises.looks import CHOOSE, form_of, press
from privacy.consent.promises.played_choices import (
    each_choice_has_its_receipt,
    receipt_of,
    somebody,
)
from privacy.consent.promises.tags_today import switches
from privacy.promises.page_reader import hidden_in, read
from privacy.promises.provenance import in_words, ways_to_say_it
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from privacy.promises.written_tables import rows_written
from sens_site.lib.canonical_json import canonical_json

COOKIES = "/cookies/"
ALSO_BY_ACT = ("/cookies/load-once/", "/visits/")
"""What else a page of ours sends for who has allowed it, and another may not."""
NEWEST = 500
"""How many receipts a nightly look reads. The chain is checked whole elsewhere."""
RECEIPTS = "consent_consentreceipt"
GROUP_NAMES = {
    "preferences": "preferences",
    "analytics": "analytics",
    "marketing": "marketing",
    "social": "social media",
}
FIELDS = {
    "schema",
    "receipt_id",
    "notice",
    "purposes",
    "declined",
    "withdrawn",
    "collection_method",
    "opt_out_signal",
    "account_refusal_overridden",
    "replaces",
    "event",
    "keep_until",
}
"""What a receipt says, and no more: none of it is an address, a browser or a page."""
ABOUT_SOMEBODY = re.compile(
    r"@|https?://|\b\d{1,3}(?:\.\d{1,3}){3}\b|Mozilla|\[?[0-9a-f]+::", re.IGNORECASE
)
COUNTRIES = {
    "Google": "United States",
    "LinkedIn": "United States",
    "OpenStreetMap": "United Kingdom",
}


def _nothing_is_allowed(visitor: Visitor, when: str) -> None:
    for path in PAGES:
        seen = visitor.get(path)
        require(not seen.page.scripts, f"{path} runs a script {when}")
        require(not seen.permitted, f"{path} permits others {when}")
        require(seen.page.forms(CHOOSE), f"{path} no longer asks {when}")


@promise("consent.only-by-act", look=Look.REHEARSAL)
def no_receipt_without_an_act(site: RunningSite) -> Evidence:
    """Looking around makes no receipt, nor does logging in or writing; one act makes one."""
    with everything_on(site):
        visitor = site.visitor()
        with rows_written() as tables:
            for path in (*PAGES, COOKIES, *PAGES):
                visitor.get(path)
        require(not tables, f"looking around wrote into {tables[:1]}")
        require(not visitor.cookies, "looking around set a cookie")
        _nothing_is_allowed(visitor, "because somebody goes on looking around")
        visitor.sign_in(somebody())
        _nothing_is_allowed(visitor, "because somebody is logged in")
        _forced_choices_are_none(site)
        writing = site.visitor()
        message = {"name": "A check", "email": "check@example.com", "message": "Rolled back."}
        writing.post("/contact/webmaster/", message)
        _nothing_is_allowed(writing, "because somebody has written to us")
        hindered = a_yes_counts_with_its_receipt_alone(site)
        _each_act_has_its_receipt(site)
        played = each_choice_has_its_receipt(site)
        facts_are_no_wording()
    return Evidence(
        "Played through for this check: looking around, logging in and writing to us allowed "
        "nothing and left no record; pressing a button made one receipt of what had been shown; "
        "rejecting made none. Each change of mind, each single service, and each yes in spite of a "
        "signal or of an earlier no had its own receipt, and just its effect.",
        {"pages looked at": 2 * len(PAGES) + 1, "choices made": played + hindered},
    )


def _forced_choices_are_none(site: RunningSite) -> None:
    """Require that neither a link nor another site can decide for somebody."""
    linked = site.visitor()
    linked.get(f"{CHOOSE}?choice=accept&next=/&shown={current_offer().shown}")
    _nothing_is_allowed(linked, "because a link was opened")
    _another_site_decides_for_nobody(site)
    unshown = site.visitor()
    unshown.post(CHOOSE, {"choice": "some", "next": "/", "shown": "", "marketing": "yes"})
    require(
        not any(unshown.get(path).permitted for path in PAGES),
        "a form that has shown nothing allows something",
    )


def _another_site_decides_for_nobody(site: RunningSite) -> None:
    """Require that a form decides where the browser says that it is ours, and nowhere else."""
    data = {"choice": "accept", "next": "/", "shown": current_offer().shown}
    for headers, is_ours in ways_to_say_it():
        led = site.visitor()
        answer = led.post_saying(headers, CHOOSE, data)
        told = f"answered {answer.status} ({in_words(headers)})"
        if is_ours:
            require(answer.status == 303 and led.cookies, f"a choice made here is {told}")
            continue
        require(answer.status == 403 and not led.cookies, f"a choice made elsewhere is {told}")
        for path in () if "Sec-Fetch-Site" in headers else ALSO_BY_ACT:
            status = led.post_saying(headers, path, {}).status
            require(status == 403, f"{path} is answered {status} ({in_words(headers)})")


def _each_act_has_its_receipt(site: RunningSite) -> None:
    for value, receipts in (("accept", 1), ("reject", 0)):
        visitor, other = site.visitor(), site.visitor()
        shown = form_of(visitor.get("/")).text
        with rows_written() as tables:
            press(visitor, "/", value)
        found = tables.count(RECEIPTS)
        require(found == receipts, f"{value} leaves {found} receipts")
        press(other, "/", value)
        receipt = RECEIPT_COOKIE
        mine = {k: v for k, v in visitor.cookies.items() if k != receipt}
        require(
            mine == {k: v for k, v in other.cookies.items() if k != receipt},
            f"the cookie after {value} tells two visitors apart",
        )
        named = receipt_of(visitor.cookies)
        require(
            (named is not None) == bool(receipts), f"the browser names a wrong receipt of {value}"
        )
        if named is not None:
            _says_what_was_shown(named, shown)


def _says_what_was_shown(receipt: ConsentReceipt, shown: str) -> None:
    document, notice = json.loads(receipt.document), json.loads(receipt.notice.content)
    require(set(document) == FIELDS, "a receipt has other fields than it should")
    forms = read(notice["shown"]).forms(CHOOSE)
    require(
        len(forms) == 1 and forms[0].text == shown, "a receipt names another notice than was shown"
    )
    purposes = {one["group"]: set(one["services"]) for one in document["purposes"]}
    offered = {
        group: {key for key, known in KNOWN.items() if known.group == group}
        for group in FOUR_GROUPS
    }
    require(purposes == offered, "a receipt of Accept all names other services than were offered")
    require(
        document["collection_method"] == "banner", "a receipt names another way than the banner"
    )
    require(document["event"]["validity_duration"] == "P182D", "a receipt is not of 182 days")
    require(document["event"]["state"] == "given", "a receipt of a yes says otherwise")
    require(document["event"]["type"] == "explicit", "a receipt names no act")


@promise("consent.only-by-act", look=Look.ROWS)
def each_receipt_on_record_names_its_act(site: RunningSite) -> Evidence:
    """Each stored receipt is whole, names its act and nobody, and no judgement makes up for one."""
    newest = list(ConsentReceipt.objects.select_related("notice").order_by("-at")[:NEWEST])
    for one in newest:
        _is_a_whole_receipt(one)
    notes = list(EditorialNote.objects.all())
    for note in notes:
        _differs_in_words(note)
    return Evidence(
        f"Of the {len(newest)} newest receipts on record each names an explicit act, what was shown "
        "and nobody; no group passes for one that somebody allowed earlier."
        if newest
        else "No receipt is on record; no group passes for one that somebody allowed earlier.",
        {"receipts": len(newest), "judgements about wording": len(notes)},
    )


def _is_a_whole_receipt(receipt: ConsentReceipt) -> None:
    document = json.loads(receipt.document)
    require(set(document) == FIELDS, "a receipt on record has other fields than it should")
    require(document["event"]["type"] == "explicit", "a receipt on record names no act")
    require(document["collection_method"] in ("banner", "page"), "a receipt on record names no act")
    require(not ABOUT_SOMEBODY.search(receipt.document), "a receipt on record tells of somebody")
    require(
        sha256(receipt.document.encode()).hexdigest() == receipt.digest,
        "a receipt on record is not what its digest says",
    )
    notice = receipt.notice
    require(
        notice.digest == sha256(notice.content.encode()).hexdigest()
        and notice.digest == document["notice"]["snapshot"],
        "a receipt on record names another notice than it was given for",
    )
    given = document["event"]["state"] == "given"
    require(given == bool(document["purposes"]), "a receipt on record names no purpose")
    require(document["receipt_id"] == str(receipt.pk), "a receipt on record bears another number")


def _differs_in_words(note: EditorialNote) -> None:
    """Require of two versions of a group that are to count as one that their facts are the same."""
    rows = GroupVersion.objects.filter(group=note.group, version__in=(note.earlier, note.later))
    facts = {canonical_json(_facts(row.material)) for row in rows}
    require(
        len(facts) == 1,
        f"a changed group ({note.group}) passes for the one that was allowed before",
    )


def _facts(material: object) -> object:
    """Leave out what may be worded anew: purposes, periods in words, the policy's sentences."""
    if isinstance(material, dict):
        words = ("purpose", "retention", "policy")
        return {k: _facts(v) for k, v in material.items() if k not in words}
    if isinstance(material, list):
        return [_facts(one) for one in material]
    return material


@promise("transfers.your-consent", look=Look.REHEARSAL)
def each_transfer_by_consent_has_its_own_box(site: RunningSite) -> Evidence:
    """A vendor outside the EEA is reached after a box of its own was ticked, with a receipt."""
    with everything_on(site):
        fields = site.get(COOKIES).page.all("input")
        boxes = [f for f in fields if f.get("type") in ("radio", "checkbox")]
        preset = [f.get("name") for f in boxes if "checked" in f.attrs and f.get("value") != "no"]
        require(not preset, f"{preset[:1]} is answered before it is asked")
        for group in FOUR_GROUPS:
            own = [f for f in boxes if f.get("name") == group]
            answers = {f.get("value") for f in own}
            require({"yes", "no"} <= answers, f"{group} has no box of its own")
            ticked = [f.get("value") for f in own if "checked" in f.attrs]
            require(ticked == ["no"], f"{group} does not start at no")
            visitor = visitor_who_allows(site, group)
            receipt = receipt_of(visitor.cookies)
            require(receipt is not None, f"a yes to {group} leaves no receipt")
            assert receipt is not None  # noqa: S101 - for the type checker
            _says_where_it_goes(receipt, group)
    return Evidence(
        "When we switched everything on for a test, each group had a box of its own that started "
        "at no, and a receipt that said where the data goes.",
        {"groups": len(FOUR_GROUPS)},
    )


def _says_where_it_goes(receipt: ConsentReceipt, group: str) -> None:
    document, notice = json.loads(receipt.document), json.loads(receipt.notice.content)
    said = {one["group"]: one["services"] for one in document["purposes"]}
    require(set(said) == {group}, "a yes to one group is written down for others")
    require(
        set(said[group]) == {key for key, known in KNOWN.items() if known.group == group},
        f"the receipt of a yes to {group} names other services",
    )
    for key in said[group]:
        maker, told = KNOWN[key].maker, notice["services"][key]
        if maker:
            require(
                told["country"] == COUNTRIES[maker] and maker in told["recipient"],
                f"a receipt does not say where the data of {key} goes",
            )


@promise("banner.best-experience", look=Look.NOW)
def the_banner_names_every_group(site: RunningSite) -> Evidence:
    """Each group in which a service runs today stands in the banner by name, and no other."""
    on = {KNOWN[key].group for key in switches() if key in KNOWN} | {"analytics"}
    _names(site.get("/"), on)
    names = ", ".join(GROUP_NAMES[group] for group in FOUR_GROUPS if group in on)
    return Evidence(
        f"The banner asks about cookies for {names} today: a service runs in each, and in no other.",
        {"groups": len(on)},
    )


@promise("banner.best-experience", look=Look.REHEARSAL)
def the_banner_names_all_four(site: RunningSite) -> Evidence:
    """With everything on, the banner names all four groups."""
    with everything_on(site):
        _names(site.get("/"), set(FOUR_GROUPS))
        _names(site.get("/contact/webmaster/"), set(FOUR_GROUPS))
    return Evidence(
        "When we switched everything on for a test, the banner named preferences, analytics, "
        "marketing and social media.",
        {"groups": len(FOUR_GROUPS)},
    )


def _names(page: Answer, groups: set[str]) -> None:
    """Require that a banner asks about some groups and names them."""
    form = form_of(page)
    words = form.text.lower()
    require("cookies" in words, "the banner does not speak of cookies")
    for group, name in GROUP_NAMES.items():
        named = re.search(rf"\b{name}\b", words) is not None
        require(named == (group in groups), f"the banner names {name} where it should not, or not")
    asked = {part.partition("=")[0] for part in hidden_in(form).get("shown", "").split("|")}
    require(asked == groups, "the banner asks about other groups than it names")


@promise("banner.answer-and-policy-link", look=Look.REHEARSAL)
def the_banner_works_without_script(site: RunningSite) -> Evidence:
    """Each of the three answers settles the matter, pressed as a browser without script does."""
    with site.rehearsal():
        for value in ("accept", "reject"):
            visitor = site.visitor()
            press(visitor, "/contact/", value)
            require(not visitor.get("/").page.forms(CHOOSE), "an answered banner stays")
        choosing = site.visitor()
        form = form_of(choosing.get(COOKIES))
        save = [b for b in form.all("button") if b.get("value") == "some"]
        require(len(save) == 1, "the cookies page has no button that saves single choices")
        ticked = {
            f.get("name"): f.get("value")
            for f in form.all("input")
            if f.get("type") == "radio" and "checked" in f.attrs
        }
        choosing.post(form.get("action"), {**hidden_in(form), **ticked, "choice": "some"})
        seen = choosing.get("/")
        require(not seen.page.forms(CHOOSE), "a banner stays after single choices")
        require(not seen.page.scripts, "saving the page as it is shown allows something")
    return Evidence(
        "Played through for this check without scripts: “Accept all”, “Reject all” and “Choose” "
        "each settled the matter.",
        {"answers": 3},
    )
