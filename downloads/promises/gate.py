"""Promises about what is closed to who keeps their information to themselves."""

from urllib.parse import parse_qs, urlsplit

from downloads.models import Document, Kind
from downloads.promises.made_up import MadeUp, customer, document
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

LOGIN, SEVERAL = "/accounts/login/", "/downloads/selection/"
MAY_ASK = ("drawing", "cad")
"""The kinds that the sentence names: technical drawings and CAD files."""
WHY = "is for registered customers"


@promise("downloads.need-information", look=Look.REHEARSAL)
def a_file_for_registered_customers_sends_to_the_page_to_log_in(site: RunningSite) -> Evidence:
    """That page says why, the document's own says what it is, and neither holds the file."""
    with site.rehearsal():
        made = MadeUp(document("drawing", "registered"))
        stranger, (_, visitor) = site.visitor(), customer(site)
        page = stranger.get(made.page)
        require(page.status == 200, f"the page of a closed document answers {page.status}")
        heading = page.page.first("h1")
        says = heading is not None and heading.text == made.document.title
        require(says, "a closed document's page does not say what it is")
        answer = stranger.get(made.file)
        led = urlsplit(answer.header("Location"))
        require(
            (answer.status, led.path) == (302, LOGIN),
            f"a closed file answers {answer.status} and leads to “{led.path}”",
        )
        login = stranger.get(answer.header("Location"))
        said = f"“{made.document.title}” {WHY}"
        require(said in login.shown, "the page to log in does not say why")
        (onward,) = parse_qs(led.query).get("next", [""])
        require(
            visitor.get(onward).page.forms(f"{made.page}{made.version.pk}/fetch/"),
            "the log-in does not lead on to the document",
        )
        require(made.is_in(made.fetched(visitor)), "a customer does not get a closed file")
        for chosen in ([made], [made, MadeUp()]):
            numbers = [one.document.number for one in chosen]
            given = [one.post(SEVERAL, {"document": numbers}).status for one in (stranger, visitor)]
            require(given[0] != 200, "a stranger gets a closed file in one of several")
            require(given[1] == 200, f"several files answer {given[1]} to a customer")
    return Evidence(
        "Played through for this check: a file for registered customers sent a stranger to the "
        "page to log in, which said why, and was in no choice of several for strangers; a customer "
        "got it.",
        {"strangers let in": 0},
    )


@promise("downloads.drawings-need-information", look=Look.REHEARSAL)
def drawings_and_cad_files_may_be_closed_and_nothing_else(site: RunningSite) -> Evidence:
    """Each kind is tried: the two that are named ask for a log-in, all others are given."""
    with site.rehearsal():
        for kind in Kind.values:
            closed = kind in MAY_ASK
            made = MadeUp(document(kind, "registered" if closed else "everyone"))
            answer = site.visitor().get(made.file)
            asks = answer.status == 302 and urlsplit(answer.header("Location")).path == LOGIN
            require(asks or not closed, f"a closed document of the kind “{kind}” is given out")
            require(
                closed or made.is_in(answer), f"a document of the kind “{kind}” is not given out"
            )
    return Evidence(
        "Played through for this check: closed drawings and CAD files asked for a log-in, and "
        "documents of all other kinds did not.",
        {"kinds that may ask": len(MAY_ASK), "kinds": len(Kind.values)},
    )


@promise("downloads.drawings-need-information", look=Look.ROWS)
def no_stored_document_of_another_kind_asks_for_a_log_in(site: RunningSite) -> Evidence:
    """Whatever the desk has stored."""
    asking = Document.objects.exclude(access="everyone")
    others = asking.exclude(kind__in=MAY_ASK).count()
    require(not others, f"{others} documents of other kinds ask for a log-in")
    return Evidence(
        "Of the stored documents only drawings and CAD files ask for a log-in.",
        {"that ask": asking.count(), "documents": Document.objects.count()},
    )
