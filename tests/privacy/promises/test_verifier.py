"""The script for strangers: it finds all kept on our site, and names what other sites break."""

import hashlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from django.db import connection

from privacy.policy.promises.verifier import TRIED
from privacy.promises.claims import bundled_claims
from privacy.promises.outside import verify
from tests.privacy.promises.front import Bend, Front, Reply, nothing, serving

pytestmark = [pytest.mark.own_database, pytest.mark.only_on("sqlite"), pytest.mark.slow]
SCRIPT = Path(verify.__file__)


@pytest.fixture(scope="module")
def front(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """The site of the suite, served by a process of its own."""
    folder = tmp_path_factory.mktemp("front")
    copy = folder / "site.sqlite3"
    with django_db_blocker.unblock():
        connection.cursor().execute("VACUUM INTO %s", [str(copy)])
        connection.close()
    pytest_socket.enable_socket()
    with serving(folder, f"sqlite:///{copy}") as front, front.running():
        yield front


@pytest.fixture
def look(
    front: Front, socket_enabled: None, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Any]]:
    """Run the script in this process against the site, bent in one way; return what it found."""

    def run(bend: Bend = nothing, *options: str, blind_to: str = "") -> dict[str, list[str]]:
        front.bend, front.blind_to = bend, blind_to
        verify.main([front.origin, "--json", *options])
        assert front.faults == []
        return dict(json.loads(capsys.readouterr().out))

    yield run
    front.bend, front.blind_to = nothing, ""
    front.faults.clear()


def those(found: dict[str, list[str]], state: str) -> set[str]:
    return {claim for claim, (its, _) in found.items() if its == state}


def script(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(SCRIPT), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_it_is_one_short_file_that_names_forty_claims_of_the_policy():
    text = SCRIPT.read_text("utf-8")
    lines = text.splitlines()
    assert len(lines) <= 250
    assert max(map(len, lines)) <= 100
    named = {one for ids in re.findall(r'yield "([a-z. -]+): ', text) for one in ids.split()}
    assert len(named) >= 40
    assert named - set(bundled_claims()) == set()
    assert {bundled_claims()[one].kind for one in named} <= {"S", "P"}


def test_it_is_the_program_that_the_promise_knows_as_tried():
    assert hashlib.sha256(SCRIPT.read_bytes()).hexdigest() == TRIED


def test_it_needs_nothing_but_the_standard_library():
    imported = set(re.findall(r"(?:import|from|,) ([a-z]+)", inspect.getsource(verify)[:1500]))
    modules = {one for one in imported if one in sys.stdlib_module_names}
    assert {"argparse", "hashlib", "urllib", "json"} <= modules
    assert "django" not in SCRIPT.read_text("utf-8")


def test_as_printed_it_finds_everything_kept_and_says_with_what_it_compared(front, tmp_path):
    state = tmp_path / "state"
    first = script(front.origin, "--state", str(state))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines()[-1] == (
        "41 kept, 0 broken, 0 not looked at; nothing to compare with"
    )
    again = script(front.origin, "--state", str(state))
    assert again.stdout.splitlines()[-1] == (
        "41 kept, 0 broken, 0 not looked at; compared with an earlier run"
    )


def test_where_nobody_answers_nothing_is_broken_and_nothing_kept():
    done = script("http://127.0.0.1:1", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 2
    assert those(found, "not looked") == set(found)
    assert len(found) == 41


def test_the_site_keeps_all_that_can_be_seen(look):
    found = look()
    assert those(found, "broken") == set()
    assert those(found, "not looked") == set()


# --- sites that each break one thing --------------------------------------------------------------

BENT: dict[str, tuple[Bend, set[str]]] = {}


def breaks(*claims: str) -> Callable[[Bend], Bend]:
    def register(bend: Bend) -> Bend:
        BENT[bend.__name__] = bend, set(claims)
        return bend

    return register


@breaks("cookies.none-before-consent")
def a_cookie_on_one_rare_page(reply: Reply) -> None:
    if reply.path == "/privacy/p/57/":
        reply.add("Set-Cookie", "id=7; Path=/")


@breaks("cookies.none-before-consent")
def a_cookie_on_an_error_page(reply: Reply) -> None:
    if reply.status == 405:
        reply.add("Set-Cookie", "id=7; Path=/")


@breaks("mail.unsubscribe-link")
def a_way_out_that_is_shut(reply: Reply) -> None:
    if reply.path == "/newsletter/unsubscribe/":
        reply.status = 404


@breaks("mail.unsubscribe-link")
def no_way_out_on_any_page(reply: Reply) -> None:
    if reply.path == "/newsletter/":
        reply.body = reply.body.replace(b"/newsletter/unsubscribe/", b"/newsletter/")


@breaks("beacons.in-pages")
def a_pixel_on_one_page(reply: Reply) -> None:
    if reply.path == "/about/history/":
        reply.replace("</main>", '<img src="https://pixel.example/p.gif" alt=""></main>')


@breaks("beacons.in-pages")
def a_style_sheet_that_fetches_from_elsewhere(reply: Reply) -> None:
    if reply.path.endswith(".css"):
        reply.body += b"body{background:url('//pixel.example/p.gif')}"


@breaks("pixels.may-track", "ads.third-party-cookies")
def a_policy_that_lets_another_site_in(reply: Reply) -> None:
    if reply.path == "/news/":
        (policy,) = [v for n, v in reply.headers if n == "content-security-policy"]
        reply.drop("Content-Security-Policy")
        opened = policy.replace("img-src 'self'", "img-src 'self' https://pixel.example")
        reply.add("Content-Security-Policy", opened)


@breaks("consent.only-by-act")
def a_script_before_anybody_has_answered(reply: Reply) -> None:
    if reply.path == "/contact/feedback/" and not reply.asked["Cookie"]:
        reply.replace("</main>", '<script src="/static/visits/visit.js"></script></main>')


@breaks("consent.only-by-act")
def another_site_that_may_answer(reply: Reply) -> None:
    if reply.status == 403:
        reply.status = 303


@breaks("cookies.personalize-content")
def a_page_that_is_another_each_time(reply: Reply) -> None:
    if reply.path == "/products/":
        reply.body += b"<!-- %d -->" % id(reply.asked)


@breaks("signals.do-not-track")
def a_page_for_those_who_do_not_want_to_be_tracked(reply: Reply) -> None:
    if reply.path == "/products/" and reply.asked["DNT"]:
        reply.body += b"<!-- tracked all the same -->"


@breaks("security.technical")
def a_page_without_a_protective_header(reply: Reply) -> None:
    if reply.path == "/accessibility/":
        reply.drop("X-Content-Type-Options")


@breaks("footer.privacy-and-legal")
def a_page_without_a_link_to_the_terms(reply: Reply) -> None:
    if reply.path == "/support/education/":
        reply.replace('href="/legal/"', 'href="/lost/"')


@breaks("changes.earlier-versions")
def an_old_text_that_was_changed_and_has_kept_its_hash(reply: Reply) -> None:
    if reply.path in ("/privacy/v/1.json", "/privacy/v/1/"):
        reply.replace("data protection", "data collection")


@breaks("changes.earlier-versions", "changes.posted-here")
def a_page_that_shows_another_text_than_was_sealed(reply: Reply) -> None:
    if reply.path in ("/privacy/", "/privacy/v/3/"):
        reply.replace("We do not knowingly collect", "We collect")


@breaks("policy.last-updated")
def a_site_map_that_tells_another_date(reply: Reply) -> None:
    if reply.path == "/sitemap.xml":
        reply.body = re.sub(rb"(/privacy/</loc><lastmod>)[\d-]+", rb"\g<1>2026-01-01", reply.body)


@breaks("policy.last-updated")
def a_feed_that_tells_another_date(reply: Reply) -> None:
    if reply.path == "/privacy/feed.atom":
        reply.body = re.sub(rb"<updated>20\d\d", b"<updated>2019", reply.body)


@breaks("footer.copyright-year")
def last_years_copyright(reply: Reply) -> None:
    if reply.path == "/privacy/":
        reply.body = re.sub("–20\\d\\d".encode(), "–2019".encode(), reply.body)


@breaks("changes.check-back")
def a_feed_that_is_gone(reply: Reply) -> None:
    if reply.path == "/privacy/history/":
        reply.status = 404


@breaks("pixels.decline-marketing")
def a_refusal_that_leaves_a_cookie_more(reply: Reply) -> None:
    if "choice=reject" in reply.form:
        reply.add("Set-Cookie", "seen=1; Path=/")


@breaks("pixels.decline-marketing")
def a_refusal_by_which_a_visitor_can_be_told(reply: Reply) -> None:
    if "choice=reject" in reply.form:
        reply.headers = [(n, v.replace("=-1", f"=-1|id=-{id(reply)}")) for n, v in reply.headers]


@breaks("banner.reject-equals-accept")
def a_smaller_button_for_no(reply: Reply) -> None:
    if reply.path == "/" and reply.status == 200 and not reply.asked["Cookie"]:
        reply.replace(
            '"button" name="choice" value="reject"', '"link" name="choice" value="reject"'
        )


@breaks("banner.answer-and-policy-link")
def a_question_without_the_policy(reply: Reply) -> None:
    if reply.path == "/" and reply.status == 200 and not reply.asked["Cookie"]:
        start = reply.body.index(b'class="cookie-banner"')
        banner = reply.body[start:].replace(b'<a href="/privacy/">', b"<a>", 1)
        reply.body = reply.body[:start] + banner


@breaks("rights.withdraw-consent")
def a_withdrawal_that_leaves_what_was_stored(reply: Reply) -> None:
    if "choice=reject" in reply.form and "visit" not in reply.path:
        reply.drop("Clear-Site-Data")


@breaks("retention.consent-receipts")
def a_receipt_that_stays_for_ever(reply: Reply) -> None:
    if reply.path.endswith("consent-receipt.json") and reply.status == 200:
        reply.body = re.sub(rb'"keep_until":"20', b'"keep_until":"21', reply.body)


@breaks("signals.gpc-honored")
def a_signal_that_nobody_has_announced(reply: Reply) -> None:
    if reply.path == "/.well-known/gpc.json":
        reply.replace("true", "false")


@breaks("information.business-card")
def a_question_about_religion(reply: Reply) -> None:
    if reply.path == "/accounts/register/":
        reply.replace("</form>", '<input name="religion"></form>')


@breaks("form.required-fields", "choices.withhold")
def a_telephone_number_that_is_required(reply: Reply) -> None:
    if reply.status == 422:
        reply.replace('name="phone"', 'name="phone" aria-invalid="true"')


@breaks("use.promotional-mail")
def promotional_mail_for_all_who_do_not_object(reply: Reply) -> None:
    if reply.path == "/accounts/register/":
        reply.replace('name="marketing"', 'name="marketing" checked')


@breaks("account.delete", "security.against-misuse")
def what_is_held_about_somebody_open_to_all(reply: Reply) -> None:
    if reply.path == "/accounts/data/":
        reply.status = 200
        reply.drop("Location")


@breaks("rights.erasure")
def a_form_that_takes_no_erasure(reply: Reply) -> None:
    if reply.path == "/privacy/":
        reply.replace('value="erasure"', 'value="other"')


@breaks("mail.unsubscribe-link")
def a_way_to_unsubscribe_that_leads_nowhere(reply: Reply) -> None:
    if reply.path == "/newsletter/":
        reply.replace("</main>", '<a href="/unsubscribe/">Unsubscribe</a></main>')


@breaks("security.against-change")
def a_checkpoint_that_another_key_has_signed(reply: Reply) -> None:
    if reply.path == "/privacy/log/checkpoint":
        head, _, signature = reply.body.rpartition(b" ")
        swapped = signature.replace(signature[20:21], b"A" if signature[20:21] != b"A" else b"B")
        reply.body = head + b" " + swapped


@breaks("security.against-change")
def a_line_of_the_log_that_was_changed(reply: Reply) -> None:
    if reply.path == "/privacy/log/heads":
        reply.replace("privacy 3", "privacy 4")


@breaks("security.against-change")
def a_list_of_promises_that_hides_its_last_run(reply: Reply) -> None:
    if reply.path == "/privacy/promises.json":
        reply.body = re.sub(rb'"head": "\w+"', b'"head": "%s"' % (b"a" * 64), reply.body)


NAMED_EACH_TIME = (
    "a_cookie_on_one_rare_page",
    "a_pixel_on_one_page",
    "a_policy_that_lets_another_site_in",
    "a_page_that_is_another_each_time",
    "a_page_for_those_who_do_not_want_to_be_tracked",
    "an_old_text_that_was_changed_and_has_kept_its_hash",
    "a_site_map_that_tells_another_date",
    "a_refusal_that_leaves_a_cookie_more",
    "a_page_without_a_protective_header",
    "a_checkpoint_that_another_key_has_signed",
)
"""The others are looked at by `make test-exhaustive`: each look costs a second and a half."""


MEASURED = "a_page_that_is_another_each_time"
"""The script is one path: what it finds changes what its lines are given, and here which of them run."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=[
                *([] if name in NAMED_EACH_TIME else [pytest.mark.exhaustive]),
                *([] if name == MEASURED else [pytest.mark.unmeasured]),
            ],
        )
        for name in BENT
    ],
)
def test_a_site_that_breaks_one_thing_is_told_which(look, name):
    bend, claims = BENT[name]
    assert those(look(bend), "broken") == claims


@pytest.mark.unmeasured
def test_a_site_that_does_not_listen_to_the_signal_is_told_so(look):
    assert those(look(blind_to="Sec-GPC"), "broken") == {"signals.gpc-honored"}


def rewritten(front: Front) -> Bend:
    """Return the first version with another text, and all hashes from there on worked out anew."""

    def get(path: str) -> Any:
        return json.loads(front.kept[path, ""].body)

    records = {number: get(f"/privacy/v/{number}.json")["record"] for number in (1, 2, 3)}
    old = [get(f"/privacy/v/{number}.json")["hash"] for number in (1, 2, 3)]
    before, new = "0" * 64, []
    for record in records.values():
        record["previous_hash"] = before
        record["html"] = record["html"].replace("data protection", "data collection")
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = hashlib.sha256(text.encode()).hexdigest()
        new.append(before)

    def bend(reply: Reply) -> None:
        if reply.path in {f"/privacy/v/{number}.json" for number in records}:
            number = int(reply.path[-6])
            found = {"hash": new[number - 1], "record": records[number]}
            reply.body = json.dumps(found, ensure_ascii=False).encode()
        elif reply.path.startswith("/privacy/"):
            for one, other in zip(old, new, strict=True):
                reply.body = reply.body.replace(one.encode(), other.encode())
            if "/v/" in reply.path or reply.path == "/privacy/":
                reply.body = reply.body.replace(b"data protection", b"data collection")

    return bend


@pytest.mark.unmeasured
def test_a_history_that_was_worked_out_anew_is_noticed_by_who_saw_the_old_one(
    look, front, tmp_path
):
    state = ("--state", str(tmp_path / "state"))
    assert those(look(nothing, *state), "broken") == set()
    bent = rewritten(front)
    keyless = silent(front, "/privacy/log/")
    both = lambda reply: (keyless(reply), bent(reply))  # noqa: E731
    assert those(look(both), "broken") == set()
    assert those(look(both, *state), "broken") == {"security.against-change"}


def silent(front: Front, beginning: str) -> Bend:
    """Return a site that has no such addresses."""

    def bend(reply: Reply) -> None:
        if reply.path.startswith(beginning):
            reply.status, reply.body = 404, b""

    return bend


def test_what_is_seen_of_a_broken_site_is_not_what_is_compared_with(look, front, tmp_path):
    state = tmp_path / "state"
    look(a_line_of_the_log_that_was_changed, "--state", str(state))
    assert not state.exists()


def test_without_a_signed_log_the_chain_of_versions_is_what_is_looked_at(look, front):
    found = look(silent(front, "/privacy/log/"))
    assert found["security.against-change"][0] == "kept"


def test_a_site_that_asks_about_nothing_is_not_asked_for_its_answers(look):
    def bend(reply: Reply) -> None:
        if reply.path == "/cookies/":
            reply.body = reply.body.replace(b'name="shown"', b'name="other"')

    assert those(look(bend), "not looked") == {
        "banner.answer-and-policy-link",
        "banner.reject-equals-accept",
        "cookies.remember-preferences",
        "pixels.decline-marketing",
        "retention.consent-receipts",
        "rights.withdraw-consent",
        "signals.gpc-honored",
    }


def test_a_site_that_is_busy_is_neither_kept_nor_broken(look):
    def bend(reply: Reply) -> None:
        if reply.path == "/contact/webmaster/":
            reply.status = 429

    found = look(bend)
    assert those(found, "broken") == set()
    assert "form.required-fields" in those(found, "not looked")


def test_a_way_out_that_no_page_could_show_is_not_missed(look):
    def bend(reply: Reply) -> None:
        if reply.path == "/privacy/promises/":
            reply.status = 503

    found = look(bend)
    assert those(found, "broken") == set()
    assert "beacons.in-pages" in those(found, "not looked")
    assert found["mail.unsubscribe-link"][0] == "kept"


def test_what_cannot_be_read_is_broken(look):
    def bend(reply: Reply) -> None:
        if reply.path == "/privacy/list.json":
            reply.body = b"<html>"

    found = look(bend)
    assert "changes.earlier-versions" in those(found, "broken")
    assert "form.required-fields" in those(found, "kept")
