"""A file is taken over word for word, or refused with a word to whoever brought it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from privacy.policy.models import PolicyDraft
from privacy.policy.rendering import render
from privacy.policy.text_import import MAX_BYTES, ImportRefused, read_policy

PLAIN = """Privacy

Last updated: May 1, 2024

Acme Ltd ("we") keeps your data safe.  Read www.acme.test/terms, https://acme.test/a_b or ask
a.b@acme.test. 5 * 3 is not *bold*, and <b> is no tag.

What We Collect

We collect the following:
- your name;
- your e-mail address.

Why

We use it for these purposes:
To answer you;
To bill you; and
To comply with the law.

1. First, you ask.
2. Then, we answer.

How To Contact Us
Acme Ltd
1 Main Street
Anytown, OH 00000
"""


def html_of(data: str | bytes, name: str, **options: str) -> str:
    raw = data.encode() if isinstance(data, str) else data
    return render(read_policy(raw, name=name, **options).source).html


def test_plain_text_gets_headings_lists_and_links():
    html = html_of(PLAIN, "policy.txt")
    assert html == (
        '<h2 id="privacy">Privacy</h2>\n'
        "<p>Last updated: May 1, 2024</p>\n"
        "<p>Acme Ltd (&quot;we&quot;) keeps your data safe. Read "
        '<a href="https://www.acme.test/terms" rel="noopener">www.acme.test/terms</a>, '
        '<a href="https://acme.test/a_b" rel="noopener">https://acme.test/a_b</a> or ask '
        '<a href="mailto:a.b@acme.test">a.b@acme.test</a>. 5 * 3 is not *bold*, and &lt;b&gt; '
        "is no tag.</p>\n"
        '<h2 id="what-we-collect">What We Collect</h2>\n'
        "<p>We collect the following:</p>\n"
        "<ul>\n<li>your name;</li>\n<li>your e-mail address.</li>\n</ul>\n"
        '<h2 id="why">Why</h2>\n'
        "<p>We use it for these purposes:</p>\n"
        "<ul>\n<li>To answer you;</li>\n<li>To bill you; and</li>\n"
        "<li>To comply with the law.</li>\n</ul>\n"
        "<ol>\n<li>First, you ask.</li>\n<li>Then, we answer.</li>\n</ol>\n"
        "<p>How To Contact Us<br>\nAcme Ltd<br>\n1 Main Street<br>\nAnytown, OH 00000</p>\n"
    ).replace("&quot;", '"')


def test_one_line_a_paragraph_is_understood_too():
    html = html_of("Our Policy\nWe keep data, and say so here.\nMore\nAnother line.\n", "a.txt")
    assert html == (
        '<h2 id="our-policy">Our Policy</h2>\n<p>We keep data, and say so here.</p>\n'
        '<h2 id="more">More</h2>\n<p>Another line.</p>\n'
    )


def test_white_space_is_normalised():
    assert html_of("We\u00a0keep\tit.  \r\n\r\nAll \u2009of it.", "a.txt") == (
        "<p>We keep it.</p>\n<p>All of it.</p>\n"
    )


def test_markdown_is_taken_as_it_is():
    source = read_policy(b"# T\n\nWe *keep* [it](/x/).\r\n", name="a.md").source
    assert source == "# T\n\nWe *keep* [it](/x/).\n"


HTML = """<!doctype html><html><head><title>Not this</title><style>p{}</style></head><body>
<script>track()</script><h1>Privacy</h1><p onclick="x()">We <b>keep</b> your&nbsp;data<sup>1</sup>,
and * stars *.<br>New line.</p><ul><li>one</li><li><a href="/two">two</a></li></ul>
<a href="javascript:evil()">Nothing here</a><img src="https://t.test/p.gif" alt="pixel">
<!-- a remark --></body></html>"""


def test_html_is_cleaned_and_keeps_its_words():
    html = html_of(HTML, "policy.html")
    assert html == (
        '<h2 id="privacy">Privacy</h2>\n'
        "<p>We <strong>keep</strong> your data1,\nand * stars *.<br>\nNew line.</p>\n"
        '<ul>\n<li>one</li>\n<li><a href="/two">two</a></li>\n</ul>\n'
        "<p>Nothing here</p>\n"
    )


def test_html_without_a_suffix_is_recognised():
    assert read_policy(b"<!DOCTYPE html><p>We keep it.</p>", name="policy").form == "HTML"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("We keep “it”.".encode("utf-8-sig"), None),
        ("We keep “it”.".encode("cp1252"), "windows-1252"),
    ],
    ids=["BOM", "named"],
)
def test_encodings_are_read_as_they_are_named(data: bytes, encoding: str | None):
    assert read_policy(data, name="a.txt", encoding=encoding).source == "We keep “it”.\n"


def test_a_page_may_name_its_encoding():
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>We keep “it”.</p></body></html>'
    assert html_of(page.encode("cp1252"), "a.html") == "<p>We keep “it”.</p>\n"


REFUSED = {
    "empty": (b"", "a.txt", "The file is empty."),
    "blank": (b" \r\n\t ", "a.txt", "The file is empty."),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00", "a.txt", "The file is not utf-8 text (line 1)"),
    "zero bytes": (b"We keep\x00 it.", "a.txt", "it holds control characters"),
    "10 MB": (b"word " * 2_100_000, "a.txt", "larger than 1 MB"),
    "wrong encoding": ("Caf\u00e9".encode("cp1252"), "a.txt", "not utf-8 text (line 1)"),
    "utf-16": ("We keep it.".encode("utf-16"), "a.txt", "The file is UTF-16."),
    "another encoding": (b"<meta charset=koi8-r><p>x</p>", "a.html", "says that it is koi8-r"),
    "only a script": (b"<script>alert(1)</script>", "a.html", "no text to show"),
    "only a picture": (b"<p><img src=x alt=y></p>", "a.html", "no text to show"),
    "script in text": (b"We <script>x</script> it.", "a.txt", "Import it as .html"),
    "script in Markdown": (b"# T\n\n<iframe src=x></iframe>", "a.md", "Import it as .html"),
    "picture in Markdown": (b"# T\n\n![p](x.png)", "a.md", "The text holds pictures."),
}


@pytest.mark.parametrize(("data", "name", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused(data: bytes, name: str, message: str):
    with pytest.raises(ImportRefused) as refusal:
        read_policy(data, name=name)
    assert message in str(refusal.value)


def test_words_that_would_be_lost_are_named(monkeypatch: pytest.MonkeyPatch):

    from privacy.policy import text_import

    monkeypatch.setattr(text_import, "markdown_of", lambda text: ("We keep.\n", text.split()))
    with pytest.raises(ImportRefused, match=r"Look near: “We keep it\.”"):
        read_policy(b"We keep it.", name="a.txt")


def run(path: Path, **options: str) -> None:
    call_command(
        "import_policy", str(path), effective="2027-05-01", **{"summary": "Ours.", **options}
    )


def test_the_command_makes_a_draft(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "policy.txt"
    file.write_text(PLAIN)
    run(file, policy="terms", kind="minor")
    draft = PolicyDraft.objects.get()
    assert (draft.policy.slug, draft.kind, draft.summary, str(draft.effective_on)) == (
        "terms",
        "minor",
        "Ours.",
        "2027-05-01",
    )
    assert "from text: 79 words, 3 headings, 7 list items, 3 links" in capsys.readouterr().out


@pytest.mark.parametrize(("data", "name", "message"), REFUSED.values(), ids=REFUSED)
def test_the_command_stores_nothing_of_a_refused_file(
    db: None, tmp_path: Path, data: bytes, name: str, message: str
):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(CommandError) as refusal:
        run(file)
    assert str(refusal.value).startswith(f"{name} was not imported.")
    assert message in str(refusal.value)
    assert PolicyDraft.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "summary", "message"),
    [("absent.txt", "Ours.", "cannot be read"), ("there.txt", "  ", "The summary is empty.")],
)
def test_the_command_says_what_else_is_wrong(
    db: None, tmp_path: Path, name: str, summary: str, message: str
):
    (tmp_path / "there.txt").write_text("We keep it.")
    with pytest.raises(CommandError, match=message):
        run(tmp_path / name, summary=summary)
    assert PolicyDraft.objects.count() == 0


def test_the_largest_file_is_read(tmp_path: Path):
    data = b"We keep what you give us. " * (MAX_BYTES // 26)
    assert read_policy(data, name="a.txt").words == 6 * (MAX_BYTES // 26)


def test_a_list_may_be_the_end_of_the_text():
    html = html_of(
        "We promise, without end, this.\n\n1. First, you ask.\n2. Then, we answer.", "a.txt"
    )
    assert html.endswith("<ol>\n<li>First, you ask.</li>\n<li>Then, we answer.</li>\n</ol>\n")


def test_a_colon_before_ordinary_words_begins_no_list():
    html = html_of("We say this, and mean it:\n\nWe keep nothing, and sell nothing.", "a.txt")
    assert html == ("<p>We say this, and mean it:</p>\n<p>We keep nothing, and sell nothing.</p>\n")
