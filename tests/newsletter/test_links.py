"""Secret addresses of readers: each for one reader and one use, also after the site's key changes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from newsletter.links import (
    CODE_SIGNS,
    CONFIRM,
    PREFERENCES,
    REFUSE,
    UNSUBSCRIBE,
    address_of,
    code_of,
    find_reader,
    is_code_of,
    path_of,
    readers_at,
    token_of,
    waiting_for,
    waiting_path,
)
from newsletter.models import Subscriber, Topic

USES = (CONFIRM, REFUSE, PREFERENCES, UNSUBSCRIBE)
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def two(db):
    return [Subscriber.objects.create(email=f"{name}@example.com") for name in ("ann", "bob")]


def test_a_token_finds_its_reader_for_its_use_alone(two):
    for one in two:
        for made_for in USES:
            token = token_of(one, made_for)
            assert [find_reader(token, use) for use in USES] == [
                one if use == made_for else None for use in USES
            ]


def test_a_token_names_nobody(two):
    for use in USES:
        assert len(token_of(two[0], use)) == 64
        assert "ann" not in address_of(two[0], use)


def test_a_bent_token_finds_nobody(two):
    token, other = (token_of(one, PREFERENCES) for one in two)
    bent = (
        "", token[:32], token[:-1], token + "0", token.upper(), token[:32] + other[32:],
        other[:32] + token[32:], "\x00" * 64, "é" * 64, "0" * 10_000,
    )  # fmt: skip
    assert [one for one in bent if find_reader(one, PREFERENCES)] == []


def test_links_and_codes_that_were_mailed_work_after_a_new_key(two, settings):
    token, code = token_of(two[0], PREFERENCES), code_of(two[0])
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key"
    assert find_reader(token, PREFERENCES) == two[0]
    assert is_code_of(two[0], code)
    assert code_of(two[0]) != code
    settings.SECRET_KEY_FALLBACKS = []
    assert find_reader(token, PREFERENCES) is None
    assert not is_code_of(two[0], code)


def test_a_code_is_read_however_it_is_typed(two):
    code = code_of(two[0])
    assert [len(part) for part in code.split("-")] == [4, 4]
    assert set(code) - {"-"} <= set(CODE_SIGNS)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' – ')} "):
        assert is_code_of(two[0], typed)
    for typed in ("", "-", code[:-1], f"{code}2", code_of(two[1]), "é" * 8):
        assert not is_code_of(two[0], typed)


def test_a_row_whose_reader_is_gone_is_found_by_nothing(two):
    token = token_of(two[0], CONFIRM)
    two[0].delete()
    assert find_reader(token, CONFIRM) is None


def test_the_page_for_the_code_stands_for_seven_days_and_tells_no_address():
    with time_machine.travel(NOON, tick=False) as clock:
        path = waiting_path("annabella@example.com")
        token = path.split("/")[-2]
        assert "annabella" not in path  # three letters stand in so many signs by chance
        clock.shift(timedelta(days=7))
        assert waiting_for(token) == "annabella@example.com"
        clock.shift(timedelta(seconds=1))
        assert waiting_for(token) is None
    assert waiting_for("nonsense") is None
    assert waiting_for("é") is None


@pytest.mark.parametrize("count", [1, 3])
def test_what_addresses_get_is_asked_once_with_its_topics_in_their_order(
    reader, topic, count, django_assert_num_queries
):
    first = Topic.objects.create(slug="first", title="First", position=0)
    Topic.objects.filter(pk=topic.pk).update(position=1)
    emails = [f"{number}@example.com" for number in range(count)]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for number, email in enumerate(emails):
        reader(email, topics=[topic, first], created_at=now + timedelta(days=number))
    reader("another@example.com")
    readers_at(emails)
    with django_assert_num_queries(1):
        found = readers_at(emails)
    assert [(one.email, one.topics) for one in found] == [
        (email, ["First", topic.title]) for email in reversed(emails)
    ]
    rows = {one.email: one for one in Subscriber.objects.all()}
    assert [one.preferences for one in found] == [
        path_of(rows[one.email], PREFERENCES) for one in found
    ]


def test_who_gets_nothing_and_who_has_no_topic(reader, django_assert_num_queries):
    reader("bare@example.com", topics=[])
    Subscriber.objects.create(email="waits@example.com")
    assert [one.topics for one in readers_at(["bare@example.com", "waits@example.com"])] == [[]]
    assert readers_at([]) == []
