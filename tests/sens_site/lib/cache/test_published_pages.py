"""Pages as files: where they lie, of which time they are, and when nothing finds them any more."""

import gzip
import os
from pathlib import Path

import brotli
import pytest

from sens_site.lib.cache.published_pages import PublishedPages, content_time, headers_digest

HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "public")]
BODY = b"<p>a page</p>" * 50


class Clock:
    """The time of the machine, in the test's hand."""

    now = 1_764_150_513.9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pages(tmp_path: Path, clock: Clock) -> PublishedPages:
    pages = PublishedPages(tmp_path / "published", now=clock)
    pages.begin()
    pages.hold()
    return pages


def found(
    pages: PublishedPages, state: str, path: str, slot: str = "176415051"
) -> dict[str, bytes]:
    """Look for a page as nginx does."""
    place = pages.root / "live" / slot / headers_digest(HEADERS)
    forms = ("br", "gzip", "plain")
    files = {form: Path(f"{place}/{state}{path}@{form}") for form in forms}
    return {form: file.read_bytes() for form, file in files.items() if file.exists()}


@pytest.mark.parametrize("path", ["/", "/privacy/", "/privacy/v/1/", "/llms"])
def test_a_page_lies_in_three_forms_below_its_headers_its_state_and_its_path(pages, path):
    pages.add("s1", path, HEADERS, BODY)
    forms = found(pages, "s1", path)
    assert forms["plain"] == BODY
    assert brotli.decompress(forms["br"]) == BODY
    assert gzip.decompress(forms["gzip"]) == BODY
    assert found(pages, "s2", path) == {}


def test_a_page_and_the_pages_below_it_do_not_stand_in_each_others_way(pages):
    pages.add("s1", "/privacy/v/1/", HEADERS, b"below" * 9)
    pages.add("s1", "/privacy/", HEADERS, BODY)
    assert found(pages, "s1", "/privacy/")["plain"] == BODY
    assert found(pages, "s1", "/privacy/v/1/")["plain"] == b"below" * 9


def test_headers_that_belong_to_one_answer_do_not_count_and_all_others_do():
    for name in ("ETag", "Date", "Content-Length"):
        assert headers_digest([*HEADERS, (name, "1")]) == headers_digest(HEADERS)
    assert headers_digest(HEADERS[::-1]) == headers_digest(HEADERS)
    assert headers_digest([*HEADERS, ("Last-Modified", "1")]) != headers_digest(HEADERS)
    assert headers_digest([HEADERS[0], ("Cache-Control", "private")]) != headers_digest(HEADERS)


def test_two_pages_of_one_length_written_in_one_second_are_of_different_times(pages):
    pages.add("s1", "/a/", HEADERS, b"one")
    pages.add("s1", "/b/", HEADERS, b"two")
    store = list((pages.root / "store").iterdir())
    assert len({file.stat().st_mtime for file in store}) == 6
    before_2004 = 1_072_915_200 + 366 * 86_400
    assert all(0 < file.stat().st_mtime < before_2004 for file in store)
    assert content_time("x", "br") == content_time("x", "br") != content_time("x", "gzip")


def test_the_same_page_in_two_states_lies_on_the_disk_once(pages):
    pages.add("s1", "/a/", HEADERS, BODY)
    pages.add("s2", "/a/", HEADERS, BODY)
    assert len(list((pages.root / "store").iterdir())) == 3
    assert found(pages, "s1", "/a/") == found(pages, "s2", "/a/")


def test_what_has_not_changed_is_not_compressed_again(pages, monkeypatch):
    pages.add("s1", "/a/", HEADERS, BODY)
    pages.begin()
    monkeypatch.setattr("sens_site.lib.cache.published_pages.make_page", None)
    pages.add("s1", "/a/", HEADERS, BODY)
    pages.hold()
    assert found(pages, "s1", "/a/")["plain"] == BODY


def test_what_no_page_is_any_more_is_swept_away(pages):
    pages.add("s1", "/a/", HEADERS, b"old")
    pages.begin()
    pages.add("s1", "/a/", HEADERS, BODY)
    assert pages.sweep() == 3
    pages.hold()
    assert found(pages, "s1", "/a/")["plain"] == BODY
    assert pages.sweep() == 0


def test_pages_are_found_in_this_slot_and_the_next_and_in_no_other(pages, clock):
    pages.add("s1", "/a/", HEADERS, BODY)
    names = ("176415050", "176415051", "176415052", "176415053")
    assert [bool(found(pages, "s1", "/a/", name)) for name in names] == [False, True, True, False]
    clock.now += 10
    pages.hold()
    assert [bool(found(pages, "s1", "/a/", name)) for name in names] == [False, False, True, True]


def test_what_is_withdrawn_is_found_by_nobody(pages):
    pages.add("s1", "/a/", HEADERS, BODY)
    pages.withdraw()
    assert list((pages.root / "live").iterdir()) == []
    assert found(pages, "s1", "/a/") == {}


def test_who_begins_anew_withdraws_what_somebody_else_left(pages, tmp_path, clock):
    pages.add("s1", "/a/", HEADERS, BODY)
    later = PublishedPages(tmp_path / "published", now=clock)
    later.begin()
    later.hold()
    assert found(later, "s1", "/a/") == {}


def test_the_web_server_may_read_it_whatever_the_mask_of_the_process(tmp_path, clock):
    mask = os.umask(0o077)
    try:
        pages = PublishedPages(tmp_path / "published", now=clock)
        pages.begin()
        pages.hold()
        pages.add("s1", "/privacy/v/1/", HEADERS, BODY)
    finally:
        os.umask(mask)
    for place in (pages.root, *pages.root.rglob("*")):
        assert place.stat().st_mode & 0o444 == 0o444, place
        assert not place.is_dir() or place.stat().st_mode & 0o111 == 0o111, place
