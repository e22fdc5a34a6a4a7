"""An issue as plain text: everything that is said in it can be read, and every link followed."""

import pytest

from newsletter.plain_text import plain_text

BASE = "https://company.test/newsletter/issues/spring/"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Hello *you*, **there**.", "Hello you, there."),
        ("# One\n\n## Two\n\n### Three", "One\n===\n\nTwo\n===\n\nThree\n-----"),
        ("[Read it](/about/)", "Read it <https://company.test/about/>"),
        ("[Read it](https://a.test/x)", "Read it <https://a.test/x>"),
        ("[here](#two)", f"here <{BASE}#two>"),
        ("[](/about/)", "https://company.test/about/"),
        ("<https://a.test/>", "https://a.test/"),
        ("- one\n- two", "- one\n- two"),
        ("- one\n\n  more\n- two", "- one\n\n  more\n\n- two"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("- one\n  - below", "- one\n\n  - below"),
        ("> quoted\n> on", "> quoted on"),
        ("> one\n>\n> two", "> one\n>\n> two"),
        ("```\na  b\n\nc\n```", "    a  b\n\n    c"),
        ("    indented", "    indented"),
        ("a\n\n---\n\nb", "a\n\n------------------------\n\nb"),
        ("| A | B |\n|---|---|\n| `c` | d |", "A | B\nc | d"),
        ("one\\\ntwo", "one\ntwo"),
        ("A promise.{promise:some.id}", "A promise."),
        ("", ""),
        ("#", "\n"),
    ],
)
def test_each_kind_of_text_is_written(markdown, text):
    assert plain_text(markdown, base=BASE) == text


def test_long_lines_are_wrapped_and_addresses_are_not():
    address = f"https://company.test/{'x' * 90}/"
    lines = plain_text(f"{'word ' * 40}[there]({address}) {'word ' * 5}", base=BASE).split("\n")
    assert f"<{address}>" in lines
    assert [line for line in lines if len(line) > 72] == [f"<{address}>"]
