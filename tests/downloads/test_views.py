"""Pages of documents, their buttons and files, selections, labels and the feed."""

import io
import re
import threading
import zipfile
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.utils import timezone

from downloads import bundle
from downloads.models import DownloadCount, DownloadRecord
from downloads.records import count_downloads, record_downloads
from downloads.services import withdraw_version
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.documents import make_document, make_version
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def history():
    now = timezone.now()
    document = make_document(
        "guide", title="Guide", description="How to.", part_numbers="A1C-24\nB2",
        places=("/applications/marine/", "/nowhere/"),
    )  # fmt: skip
    return [
        make_version(document, "1", content=b"one", publish_at=now - 3 * A_DAY),
        make_version(
            document, "2", content=b"two", publish_at=now - 2 * A_DAY, withdrawn_at=now - A_DAY,
            withdrawn_reason="A wrong torque.",
        ),
        make_version(
            document, "3", content=b"three", publish_at=now - A_DAY, change_note="A right torque.",
        ),
        make_version(document, "4", content=b"four", publish_at=now + A_DAY),
    ]  # fmt: skip


def test_a_document_shows_its_current_version_and_the_way_to_the_others(client, history):
    old, gone, current, planned = history
    page = words(client.get("/downloads/guide/"))
    assert f"<code>{current.sha256}</code>" in page
    assert "A right torque." in page
    assert "A1C-24, B2" in page
    assert '<a href="/applications/marine/">Marine</a>' in page
    assert "/nowhere/" not in page
    assert re.search(
        rf'href="/downloads/guide/{old.pk}/" ?>Version 1</a> </th> <td>[^<]*</td> <td>Superseded<',
        page,
    )
    assert f'href="/downloads/guide/{gone.pk}/"' in page
    assert "A wrong torque." in page
    assert f"/downloads/guide/{planned.pk}/" not in page
    assert '"@type":"TechArticle"' in page
    assert "noindex" not in page


def test_a_superseded_version_stays_at_its_address_and_says_so(client, history):
    page = words(client.get(f"/downloads/guide/{history[0].pk}/"))
    assert "Version 1 has been superseded." in page
    assert "noindex" in page
    file = client.get(f"/downloads/guide/{history[0].pk}/file")
    assert b"".join(file.streaming_content) == b"one"


def test_a_withdrawn_version_stays_at_its_address_says_why_and_is_not_given(client, history):
    path = f"/downloads/guide/{history[1].pk}/"
    page = words(client.get(path))
    assert "Version 2 was withdrawn on" in page
    assert "A wrong torque." in page
    assert ">Version 3</a> is the current one." in page
    file = client.get(f"{path}file")
    assert (file.status_code, "A wrong torque." in words(file)) == (410, True)
    pressed = client.post(f"{path}fetch/")
    assert (pressed.status_code, pressed.url) == (303, f"{path}file")
    assert DownloadCount.objects.count() == 0


def test_a_document_of_which_all_is_withdrawn_keeps_its_page(client):
    version = make_version(
        make_document(), publish_at=timezone.now() - A_DAY, withdrawn_at=timezone.now(),
        withdrawn_reason="It was wrong.",
    )  # fmt: skip
    page = words(client.get("/downloads/guide/"))
    assert "There is no other version at the moment." in page
    assert "withdrawn" in words(client.get("/downloads/"))
    assert client.get(f"/d/{version.document.short}").url == "/downloads/guide/"


@pytest.mark.parametrize(
    "path",
    [
        "/downloads/none/", "/downloads/none/label/", "/downloads/none/code.svg", "/d/none",
        "/downloads/guide/99999999999999999999999/", "/downloads/guide/0/", "/downloads/guide/0/file",
        "/downloads/other/{}/", "/downloads/other/{}/file", "/downloads/guide/{}/", "/downloads/guide/-1/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_404(client, history, path):
    make_document("other")
    assert client.get(path.format(history[3].pk)).status_code == 404


def test_what_stands_on_a_machine_leads_to_the_document(client, history):
    short = history[0].document.short
    for code in (short, short.upper(), f"{short}/"):
        response = client.get(f"/d/{code}")
        assert (response.status_code, response.url) == (302, "/downloads/guide/")
    assert client.get("/downloads/GUIDE/").url == "/downloads/guide/"


def test_the_label_shows_the_short_address_and_its_code(client, history):
    page = client.get("/downloads/guide/label/").content.decode()
    assert f"https://testserver/d/{history[0].document.short}" in page
    code = client.get("/downloads/guide/code.svg")
    assert code.headers["Content-Type"] == "image/svg+xml"
    drawn = ET.fromstring(code.content)  # noqa: S314 - our own
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert [part for part in drawn.iter() if "style" in part.attrib or "href" in part.attrib] == []


def test_a_stranger_is_counted_by_file_and_month_and_not_twice_for_one_press(client, history):
    path = f"/downloads/guide/{history[2].pk}/"
    for _ in range(2):
        pressed = client.post(f"{path}fetch/")
        assert (pressed.status_code, pressed.url) == (303, f"{path}file")
        assert b"".join(client.get(pressed.url).streaming_content) == b"three"
    (count,) = DownloadCount.objects.values()
    assert {**count, "id": 0} == {
        "id": 0,
        "version_id": history[2].pk,
        "month": timezone.localdate().replace(day=1),
        "count": 1,
    }
    count_downloads([history[2]])
    assert DownloadCount.objects.get().count == 2


def test_who_is_logged_in_gets_a_file_by_the_button_which_records_it(signed_in, person, history):
    path = f"/downloads/guide/{history[2].pk}/"
    assert signed_in.get(f"{path}file").url == path
    for _ in range(2):
        pressed = signed_in.post(f"{path}fetch/", headers=SAME_ORIGIN)
        assert b"".join(signed_in.get(pressed.url).streaming_content) == b"three"
    record = DownloadRecord.objects.get()
    assert (record.user, record.version) == (person, history[2])
    assert DownloadCount.objects.count() == 0
    page = words(signed_in.get("/accounts/data/"))
    assert "Guide, version 3, on" in page
    DownloadRecord.objects.update(at=timezone.now() - timedelta(hours=1, seconds=1))
    assert signed_in.get(f"{path}file").url == path
    signed_in.post(f"{path}fetch/", headers=SAME_ORIGIN)
    assert DownloadRecord.objects.count() == 2


def test_nobody_elses_record_opens_a_file(signed_in, history):
    record_downloads([history[2]], user=make_person("grace"))
    path = f"/downloads/guide/{history[2].pk}/"
    assert signed_in.get(f"{path}file").url == path


@pytest.mark.django_db(transaction=True)
def test_twelve_equal_presses_at_once_are_one_record():
    version, person = make_version(make_document()), make_person()
    failed = []

    def press() -> None:
        client = SiteClient()
        client.force_login(person)
        path = f"/downloads/guide/{version.pk}/fetch/"
        status = client.post(path, headers=SAME_ORIGIN).status_code
        if status != 303:
            failed.append(status)
        connection.close()

    presses = [threading.Thread(target=press) for _ in range(12)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert (DownloadRecord.objects.count(), failed) == (1, [])


# --- a selection --------------------------------------------------------------


def select(client, *numbers):
    return client.post("/downloads/selection/", {"document": numbers}, headers=SAME_ORIGIN)


def packed(response) -> dict[str, bytes]:
    body = b"".join(response.streaming_content)
    assert response.headers["Content-Length"] == str(len(body))
    with zipfile.ZipFile(io.BytesIO(body)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_selection_is_one_file_of_the_current_versions_and_each_counts(client, history):
    make_version(make_document("other"), content=b"x" * 200_000, file_name="../../etc/passwd")
    response = select(client, "guide", "other", "guide")
    assert response.headers["Content-Disposition"] == 'attachment; filename="documents.zip"'
    assert packed(response) == {"guide/guide-3.pdf": b"three", "other/passwd": b"x" * 200_000}
    assert sorted(DownloadCount.objects.values_list("version__document__number", "count")) == [
        ("guide", 1), ("other", 1),
    ]  # fmt: skip


def test_a_selection_of_who_is_logged_in_leaves_a_record_of_each(signed_in, person, history):
    make_version(make_document("plan", kind="cad", access="registered"), content=b"cad")
    assert packed(select(signed_in, "guide", "plan")) == {
        "guide/guide-3.pdf": b"three", "plan/plan-1.pdf": b"cad",
    }  # fmt: skip
    assert DownloadRecord.objects.filter(user=person).count() == 2


def test_a_selection_that_cannot_be_given_says_why_and_counts_nothing(client, history, monkeypatch):
    make_version(make_document("plan", title="Plan", kind="cad", access="registered"))
    make_version(
        make_document("gone", title="Gone"), publish_at=timezone.now() - A_DAY,
        withdrawn_at=timezone.now(), withdrawn_reason="It was wrong.",
    )  # fmt: skip
    said = {
        (): "No document is chosen.",
        tuple(f"n-{n}" for n in range(51)): "More than 50 documents are chosen.",
        ("guide", "none"): "One of the chosen documents does not exist here.",
        ("guide", "../etc"): "One of the chosen documents does not exist here.",
        ("plan",): "“Plan” needs an account.",
        ("gone",): "“Gone” has been withdrawn.",
    }
    for numbers, reason in said.items():
        response = select(client, *numbers)
        assert (response.status_code, reason in words(response)) == (422, True), reason
    monkeypatch.setattr(bundle, "MOST_BYTES", 4)
    assert "larger than 200 MB together" in words(select(client, "guide"))
    assert DownloadCount.objects.count() == 0


# --- the feed -----------------------------------------------------------------


def test_the_feed_has_each_version_that_is_offered_under_a_name_that_stays(client, history):
    make_version(make_document("plan", title="Plan", kind="cad", access="registered"))
    response = client.get("/downloads/feed.atom")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    tree = ET.fromstring(response.content)  # noqa: S314 - our own
    entries = {
        str(entry.findtext(f"{ATOM}id")): str(entry.findtext(f"{ATOM}summary"))
        for entry in tree.iter(f"{ATOM}entry")
    }
    named = {key for key in entries if key.startswith("tag:testserver,2026:downloads/guide/")}
    assert named == {
        f"tag:testserver,2026:downloads/guide/{version.pk}" for version in (history[0], history[2])
    }
    (gated,) = (text for key, text in entries.items() if "/plan/" in key)
    assert "The file is for registered customers." in gated
    links = [link.get("href", "") for link in tree.iter(f"{ATOM}link")]
    assert all(urlsplit(link).netloc == "testserver" for link in links)


@pytest.mark.parametrize("how_many", [1, 3])
def test_a_page_asks_the_same_however_many_versions_there_are(
    client, signed_in, menu_read, django_assert_num_queries, how_many
):
    document, stranger = make_document(), SiteClient()
    for number in range(how_many):
        make_version(document, str(number))
    with django_assert_num_queries(2):
        assert words(stranger.get("/downloads/guide/")).count("/fetch/") == 1
    signed_in.get("/")  # reads for all whether there is news of the policy
    with django_assert_num_queries(4):  # and who asks, and whether they watch
        first = signed_in.get("/downloads/guide/")
    assert "Tell me when this changes" in words(first)
    with django_assert_num_queries(2):  # no more than these: the page itself is alike for members
        assert signed_in.get("/downloads/guide/").content == first.content


def test_a_member_sees_their_own_answer_whoever_looked_before(signed_in, person):
    make_version(make_document())
    other = SiteClient()
    other.force_login(make_person("bea"))
    asked = "Tell me when this changes", "Stop telling me"

    def seen():
        pages = [words(one.get("/downloads/guide/")) for one in (signed_in, other)]
        return [tuple(said in page for said in asked) for page in pages]

    assert seen() == [(True, False), (True, False)]
    signed_in.post("/downloads/guide/watch/", headers=SAME_ORIGIN)
    assert seen() == [(False, True), (True, False)]
    signed_in.post("/downloads/guide/stop/", headers=SAME_ORIGIN)
    assert seen() == [(True, False), (True, False)]


def test_a_member_sees_at_once_that_a_document_has_changed(signed_in):
    version = make_version(make_document())
    assert "Download (" in words(signed_in.get("/downloads/guide/"))
    withdraw_version(version, reason="A wrong torque.")
    page = words(signed_in.get("/downloads/guide/"))
    assert ("A wrong torque." in page, "Download (" in page) == (True, False)
