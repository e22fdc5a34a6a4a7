"""The marks beside the sentences of the policy, and the pages they lead to."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.utils import timezone
from django.utils.html import escape

from privacy.promises.claim_states import DOORS, rows_of
from privacy.promises.claims import all_claims, bundled_claims
from privacy.promises.history import append_run
from privacy.promises.marks import mark_widget
from privacy.promises.models import ClaimReview, State
from privacy.promises.registry import Evidence, Look, Strength
from privacy.promises.services import Outcome, store_outcomes
from sens_site.lib.cache.content_stamp import read_stamp, renew_stamp
from tests.factories.promises import looks, make_result
from tests.pages.reading import read

pytestmark = pytest.mark.django_db
MARK = re.compile(r"<a class=\w+ href=((?:\.\./)*p/\d+/)><i>(\d+)<b> [a-z ]+</b></i></a>")


@pytest.mark.parametrize(
    ("state", "shape", "words"),
    [
        (State.KEPT, "kept", "kept"),
        (State.BROKEN, "broken", "not kept"),
        (State.NOT_CARRIED_OUT, "unchecked", "could not be checked"),
        (None, "unchecked", "not checked yet"),
    ],
)
def test_a_mark_tells_the_number_and_how_the_promise_stands(state, shape, words):
    if state:
        make_result("policy.last-updated", state)
    widget = mark_widget("<p>A.<!--promise:policy.last-updated--></p>", page="/privacy/")
    assert widget("policy.last-updated") == (
        f"<a class={shape} href=p/1/><i>1<b> {words}</b></i></a>"
    )


def test_the_mark_of_a_statement_says_who_says_so():
    widget = mark_widget("A.<!--promise:company.who-we-are-->", page="/privacy/v/3/")
    assert widget("company.who-we-are") == (
        "<a class=stated href=../../p/4/><i>4<b> stated by us</b></i></a>"
    )


def test_a_mark_without_a_claim_is_not_shown():
    html = "A.<!--promise:plain--> B.<!--promise:no.such-->"
    widget = mark_widget(html, page="/privacy/")
    assert (widget("plain"), widget("no.such")) == ("", "")


def test_a_run_of_checks_drops_each_page_that_shows_marks(
    client, django_capture_on_commit_callbacks
):
    (check,) = looks(lambda _: Evidence("Seen so.")).values()
    stamp, before = read_stamp(), client.get("/privacy/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        seen = Outcome("policy.last-updated", check, State.KEPT, Evidence("Seen so."))
        store_outcomes([seen], at=timezone.now())
    after = client.get("/privacy/").content.decode()
    assert read_stamp() != stamp  # which empties the kept pages of every worker
    assert "<i>1<b> not checked yet</b></i>" in before
    assert "<i>1<b> kept</b></i>" in after
    assert re.search(r'<li class="state kept">\s*1 kept\s*</li>', after)


def test_marks_cost_one_query(django_assert_num_queries):
    html = "".join(f"<!--promise:{one}-->" for one in all_claims())
    with django_assert_num_queries(1):
        mark_widget(html, page="/privacy/")


@pytest.mark.parametrize(
    ("path", "version"), [("/privacy/", 3), ("/privacy/v/2/", 2), ("/privacy/v/1/", 1)]
)
def test_every_claim_of_a_version_is_marked_once_on_its_page(client, path, version):
    page = client.get(path).content.decode()
    marks = MARK.findall(page)
    numbers = sorted(c.number for c in all_claims().values() if c.is_in(version))
    assert sorted(int(number) for _, number in marks) == numbers
    assert 'href="/privacy/promises/"' in page


def test_a_mark_leads_to_its_promise_from_every_page(client):
    from urllib.parse import urljoin

    for path in ("/privacy/", "/privacy/v/1/", "/privacy/v/2/", "/privacy/v/3/"):
        href, number = MARK.findall(client.get(path).content.decode())[0]
        assert urljoin(path, href) == f"/privacy/p/{number}/"


def test_a_promise_page_says_what_was_seen(client):
    make_result("policy.last-updated", figures={"places compared": 5})
    page = client.get("/privacy/p/1/").content.decode()
    assert "<h1>The policy shows the date of its last update.</h1>" in page
    assert "<p>Seen so.</p>" in page
    assert re.search(r"<dt>Places compared</dt>\s*<dd>5</dd>", page)
    assert 'href="/privacy/history/">See and compare all versions</a>' in page
    assert "Not kept since" not in page


@pytest.mark.parametrize("name", ["items", "keys", "values", "count"])
def test_a_figure_may_have_any_name(client, name):
    make_result("rights.purposes", figures={name: 3})
    page = client.get("/privacy/p/91/").content.decode()
    assert f"<dt>{name.capitalize()}</dt>" in page


def test_a_broken_promise_says_since_when(client):
    moment = timezone.now().replace(year=2026, month=3, day=2, hour=20)
    make_result("policy.last-updated", State.BROKEN, broken_since=moment)
    page = client.get("/privacy/p/1/").content.decode()
    assert re.search(r"Not kept since\s+<time\s+datetime=\"2026-03-02T", page)


def test_a_statement_names_who_answers_for_it(client):
    page = client.get("/privacy/p/4/").content.decode()
    assert "<h2>Who answers for it</h2>" in page
    assert "What the last check found" not in page


def test_a_claim_of_an_earlier_version_says_so(client):
    page = client.get("/privacy/p/7/").content.decode()
    assert "The policy in force no longer says this." in page
    assert client.get("/privacy/p/999/").status_code == 404


def test_the_board_counts_and_filters(client):
    make_result("policy.last-updated")
    make_result("policy.breadcrumb", State.BROKEN)
    page = client.get("/privacy/promises/").content.decode()
    total = sum(claim.is_in(3) for claim in all_claims().values())
    assert f"makes {total} claims" in " ".join(page.split())
    assert ">Kept 1</a>" in page
    assert ">Not kept 1</a>" in page
    assert page.count('<span class="state ') == total
    broken = client.get("/privacy/promises/?state=broken").content.decode()
    assert broken.count('<span class="state ') == 1
    assert f"1 of {total} promises are shown." in broken
    supported = client.get("/privacy/promises/?class=P").content.decode()
    assert supported.count('<span class="state ') == sum(
        claim.kind == "P" and claim.is_in(3) for claim in all_claims().values()
    )


@pytest.mark.parametrize("query", ["state=no", "class=X"])
def test_an_unknown_filter_is_not_found(client, query):
    assert client.get(f"/privacy/promises/?{query}").status_code == 404


def test_every_door_opens(client, signed_in):
    paths = {door.path for door in DOORS.values()}
    asked = {path: signed_in.get(path, follow=True).status_code for path in sorted(paths)}
    assert asked == dict.fromkeys(paths, 200)


def test_every_door_is_of_a_claim():
    used = {row.door for row in rows_of(all_claims()) if row.door}
    assert used == set(DOORS.values())


def test_staff_see_the_broken_ones_first_and_write_nothing(staff_client):
    make_result("policy.last-updated")
    broken = make_result("policy.breadcrumb", State.BROKEN)
    page = staff_client.get("/admin/promises/promiseresult/").content.decode()
    titles = [all_claims()[one].claim for one in ("policy.breadcrumb", "policy.last-updated")]
    first, second = (page.index(escape(title)) for title in titles)
    assert first < second
    own = staff_client.get(f"/admin/promises/promiseresult/{broken.pk}/change/")
    assert b'<a href="/privacy/p/2/">' in own.content
    answers = [
        staff_client.get("/admin/promises/promiseresult/add/").status_code,
        staff_client.post(f"/admin/promises/promiseresult/{broken.pk}/change/", {}).status_code,
        staff_client.post(f"/admin/promises/promiseresult/{broken.pk}/delete/", {}).status_code,
    ]
    assert answers == [403, 403, 403]


def test_staff_see_of_which_claim_a_result_was_when_it_is_no_more(staff_client):
    gone = make_result("gone.claim")
    page = staff_client.get(f"/admin/promises/promiseresult/{gone.pk}/change/").content.decode()
    assert "No claim has this id any more." in page
    assert "gone.claim" in staff_client.get("/admin/promises/promiseresult/").content.decode()


def test_staff_see_what_was_read_again_in_words(staff_client):
    ClaimReview.objects.create(claim_id="policy.breadcrumb", next_on=date(2099, 1, 1), note="So.")
    page = staff_client.get("/admin/promises/claimreview/").content.decode()
    assert escape(all_claims()["policy.breadcrumb"].claim) in page


def test_a_promise_page_shows_each_look_with_its_strength_the_broken_one_first(client):
    make_result("policy.last-updated", check_name="a", words="The dates agree.")
    make_result(
        "policy.last-updated",
        State.BROKEN,
        check_name="b",
        look=Look.ROWS,
        strength=Strength.LOOKED_UP,
        words="A version has no date.",
    )
    make_result(
        "policy.last-updated",
        State.NOT_CARRIED_OUT,
        check_name="c",
        look=Look.OUTSIDE,
        words="The site was not reached.",
    )
    make_result(
        "policy.last-updated",
        check_name="d",
        look=Look.REHEARSAL,
        strength=Strength.PLAYED,
        words="A version was sealed.",
    )
    page = read(client.get("/privacy/p/1/"))
    assert page.find("span", inside="main", **{"class": "state broken"})[0].text == "Not kept"
    assert [heading.text for heading in page.find("h3", inside="main")] == [
        "In what is stored",
        "From outside",
        "On the site as it is now",
        "In a rehearsal",
    ]
    said = [passage.text for passage in page.find("p", inside="main")]
    assert "Not kept: A version has no date." in said
    assert "Could not be carried out: The site was not reached." in said
    assert {"The dates agree.", "A version was sealed."} <= set(said)
    facts = [fact.text for fact in page.find("dd", inside="main dl.facts")]
    assert facts[::2][:4] == ["Looked up", "Shown", "Shown", "Played through"]


def run(day: int, hour: int, *broken: str, kept: tuple[str, ...] = ()) -> None:
    append_run(
        {
            **{(claim, Look.NOW): State.BROKEN for claim in broken},
            **{(claim, Look.NOW): State.KEPT for claim in kept},
        },
        gone=(),
        found={},
        at=datetime(2026, 11, day, hour, tzinfo=timezone.get_default_timezone()),
    )


def passages(client, path: str, name: str) -> list[str]:
    return [one.text for one in read(client.get(path)).find(name, inside="main")]


CLAIMS = tuple(one for one in bundled_claims() if bundled_claims()[one].is_in(2))[:12]


@time_machine.travel(datetime(2026, 11, 24, 18, tzinfo=UTC), tick=False)
def test_the_board_names_the_broken_days_and_on_how_many_each_was_kept(client):
    run(22, 3, kept=CLAIMS)
    run(23, 3, *CLAIMS)
    run(23, 5, kept=CLAIMS)
    run(24, 3, CLAIMS[1], kept=(CLAIMS[0],))
    make_result(CLAIMS[0], look=Look.ROWS)
    make_result(CLAIMS[0], check_name="two", look=Look.NOW, strength=Strength.LOOKED_UP)
    said = passages(client, "/privacy/promises/", "li")
    numbers = [all_claims()[one].number for one in CLAIMS]
    assert f"November 24, 2026, not kept: promise {numbers[1]} when last looked at" in said
    ten = ", ".join(f"{number} for 2 hours" for number in numbers[:10])
    assert f"November 23, 2026, not kept: promise {ten} and 2 more" in said
    first = all_claims()[CLAIMS[0]].claim
    number = all_claims()[CLAIMS[0]].number
    assert f"{number}{first}Keptnow, rows, kept on 2 of 3 days" in said
    assert "Shown: 1. The thing itself was seen on the site that visitors use." in said
    assert "Looked up: 1. It was read from what is stored or configured." in said
    drawings = read(client.get("/privacy/promises/")).find("svg", inside="main")
    labels = [one.attributes["aria-label"] for one in drawings if "aria-label" in one.attributes]
    assert labels == ["Of the last 3 days: 1 kept, 2 not kept"]


def test_the_board_claims_no_day_before_the_first_look(client):
    page = read(client.get("/privacy/promises/"))
    assert page.find("svg", inside="main ol") == []
    assert "All of them, day by day" not in [one.text for one in page.find("h2")]


@time_machine.travel(datetime(2026, 11, 24, 18, tzinfo=UTC), tick=False)
def test_a_promise_page_shows_its_days(client):
    run(20, 3, kept=CLAIMS)
    run(23, 3, *CLAIMS)
    run(23, 5, kept=CLAIMS)
    run(24, 3, kept=CLAIMS)
    make_result(CLAIMS[0])
    path = f"/privacy/p/{all_claims()[CLAIMS[0]].number}/"
    assert "Kept on 2 of 5 days since November 20, 2026." in passages(client, path, "p")
    assert [one for one in passages(client, path, "li") if "2026" in one] == [
        "November 23, 2026: not kept for 2 hours",
        "November 21, 2026 to November 22, 2026: nobody looked",
    ]


@time_machine.travel(datetime(2026, 11, 24, 18, tzinfo=UTC), tick=False)
def test_what_is_no_longer_checked_is_counted_to_its_last_look(client):
    run(20, 3, kept=CLAIMS)
    path = f"/privacy/p/{all_claims()[CLAIMS[0]].number}/"
    said = passages(client, path, "p")
    assert "Kept on 1 of 1 days since November 20, 2026." in said
    assert "No check of this promise runs any more. We count such promises openly." in said
    make_result(CLAIMS[0])
    renew_stamp()
    assert "Kept on 1 of 4 days since November 20, 2026." in passages(client, path, "p")


def test_staff_read_the_history_and_write_nothing(staff_client):
    run(22, 3, *CLAIMS[:2], kept=CLAIMS[2:5])
    page = read(staff_client.get("/admin/promises/promiserun/"))
    cells = {
        name: [one.text for one in page.find("td", **{"class": f"field-{name}"})]
        for name in ("kept", "broken", "not_carried_out")
    }
    assert cells == {"kept": ["3"], "broken": ["2"], "not_carried_out": ["0"]}
    assert CLAIMS[0] in staff_client.get("/admin/promises/promiserun/1/change/").content.decode()
    answers = [
        staff_client.get("/admin/promises/promiserun/add/").status_code,
        staff_client.post("/admin/promises/promiserun/1/change/", {}).status_code,
        staff_client.post("/admin/promises/promiserun/1/delete/", {}).status_code,
    ]
    assert answers == [403, 403, 403]


@time_machine.travel(datetime(2026, 11, 24, 18, tzinfo=UTC), tick=False)
def test_of_a_promise_that_nobody_has_looked_at_no_day_is_counted():
    (row,) = rows_of(["policy.last-updated"])
    assert (row.seen, row.days_kept, row.strip) == ("no check yet", "", None)
    assert row.until == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([(State.KEPT, Look.NOW), (State.BROKEN, Look.OUTSIDE)], "Not kept"),
        (
            [(State.KEPT, Look.NOW), (State.NOT_CARRIED_OUT, Look.ROWS)],
            "Could not be checked",
        ),
        ([(State.KEPT, Look.NOW), (State.NOT_CARRIED_OUT, Look.OUTSIDE)], "Kept"),
        ([(State.KEPT, Look.OUTSIDE)], "Kept"),
        ([(State.NOT_CARRIED_OUT, Look.OUTSIDE)], "Not checked yet"),
        ([], "Not checked yet"),
    ],
)
def test_the_looks_at_a_promise_come_to_one_state(states, words):
    for number, (state, look) in enumerate(states):
        make_result("policy.last-updated", state, look=look, check_name=str(number))
    assert rows_of(["policy.last-updated"])[0].state_words == words


def test_the_board_says_what_was_found_in_the_rows_once_for_all_that_it_shows(client):
    words = "0 messages are older than 24 months; the oldest is 3 months old."
    make_result("policy.last-updated", look=Look.ROWS, words=words)
    make_result("policy.breadcrumb", look=Look.ROWS, words=words)
    make_result("site.register-and-login", State.BROKEN, look=Look.ROWS, words="One is late.")
    make_result("policy.breadcrumb", look=Look.NOW, check_name="now", words="Seen on the page.")
    said = passages(client, "/privacy/promises/", "li")
    assert [one for one in said if re.match(r"\d+: ", one)] == [
        f"1: {words}",
        "3: Not kept: One is late.",
    ]
