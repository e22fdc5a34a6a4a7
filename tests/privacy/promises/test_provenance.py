"""What browsers may say of the page that sends a form: nothing is said both ways."""

import pytest

from privacy.promises.provenance import in_words, ways_to_say_it

pytestmark = pytest.mark.once
OWN = "http://testserver"


def test_each_way_is_judged_once(settings):
    settings.SITE_ORIGIN = OWN
    ways = [(tuple(said.items()), ours) for said, ours in ways_to_say_it()]
    assert len(ways) == len(set(ways)) == len(dict(ways))
    verdicts = dict(ways)
    assert sum(verdicts.values()) == 7
    assert verdicts[()] is False
    assert verdicts[(("Origin", "null"), ("Referer", f"{OWN}/news/"))] is False
    assert verdicts[(("Referer", f"{OWN}.other.test/"),)] is False
    assert (("Sec-Fetch-Site", "cross-site"), ("Origin", OWN)) not in verdicts
    assert (("Origin", OWN), ("Referer", "https://other.test/")) not in verdicts


def test_silence_has_a_word():
    assert in_words({}) == "no word of where it comes from"
    assert in_words({"Origin": "null", "Referer": OWN}) == f"Origin: null, Referer: {OWN}"
