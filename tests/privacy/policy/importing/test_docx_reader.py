"""A Word document is taken over with all that it says, or refused; nothing vanishes unseen."""

import pytest

from privacy.policy.importing import docx_reader, tables
from tests.privacy.policy.importing.reading import changed, left_out, read, refusal_of, shown
from tests.privacy.policy.importing.word_files import NAMESPACES, docx, notes, p, r, tbl, tc

SUPER = '<w:vertAlign w:val="superscript"/>'
TAB = "<w:r><w:tab/></w:r>"
WHY_TABS = "They are taken for a table whose first line is the heads of its columns."
ACCEPT = "Accept or reject all changes in Word (Review), save, then import it again."


def text_box(*paragraphs: str) -> str:
    """A text box as Word writes it: for itself, and once more for programs that know none."""
    content = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor>'
        f'<wp:docPr id="1" name="Box"/><a:graphic><wps:txbx>{content}</wps:txbx></a:graphic>'
        "</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>"
        f"{content}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


SAME_MEANING = {
    "title and headings, in styles of other languages and styles of ours": (
        p("Privacy", style="Titel") + p("Who", style="berschrift1") + p("Where", style="Ours"),
        '<h2 id="privacy">Privacy</h2><h3 id="who">Who</h3><h4 id="where">Where</h4>',
    ),
    "heading by outline": (
        p("Who", rest='<w:outlineLvl w:val="1"/>') + p("Text", rest='<w:outlineLvl w:val="9"/>'),
        '<h2 id="who">Who</h2><p>Text</p>',
    ),
    "numbered headings": (
        p(r("Who", "<w:b/>"), style="Numbered") + p("Where", style="Ours", number=3, depth=1),
        '<h2 id="1-who">1. Who</h2><h3 id="1-1-where">1.1 Where</h3>',
    ),
    "figures, letters and Roman numerals": (
        p("one", number=1) + p("a", number=1, depth=1) + p("i", number=1, depth=2)
        + p("b", number=1, depth=1) + p("two", number=1) + p("a again", number=1, depth=1),
        "<ol><li>one<ul><li>(a) a<ol><li>i</li></ol></li><li>(b) b</li></ul></li>"
        "<li>two<ul><li>(a) a again</li></ul></li></ol>".replace(
            "<ol><li>i</li></ol>", "<ul><li>i. i</li></ul>"
        ),
    ),
    "a list that goes on after a paragraph, and one that begins anew": (
        p("one", number=1) + p("between") + p("two", number=1) + p("new", number=4)
        + p("below", number=4, depth=1),
        ('<ol><li>one</li></ol><p>between</p><ol start="2"><li>two</li></ol>'
        "<ol><li>new<ul><li>a) below</li></ul></li></ol>"),
    ),
    "numbers that stand in a style": (
        p("a", number=9) + p("b", number=9) + p("c", number=10) + p("d", number=11),
        "<ol><li>a</li><li>b</li></ol><ul><li>c</li></ul>" + "<ol><li>d</li></ol>",
    ),
    "bullets": (
        p("a", number=2) + p("b", number=2, depth=1) + p("c", number=2),
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
    ),
    "labels of words": (
        p("x", number=5) + p("y", number=5, depth=1) + p("z", number=5, depth=2)
        + p("v", number=5) + p("w", number=5, depth=2) + p("u", number=5, depth=3) + p("t", number=5, depth=4),
        ("<ul><li>Article IV x<ul><li>IV-01 y<ul><li>A) z</li></ul></li></ul></li>"
        "<li>Article V v<ul><li>B) w<ul><li>§ u<ul><li>5.1 t</li></ul></li></ul></li></ul></li></ul>"),
    ),
    "numbers that lead nowhere": (p("a", number=7) + p("b", number=8), "<p>a</p><p>b</p>"),
    "a number without text": (p(number=1) + p("b", number=1), '<ol start="2"><li>b</li></ol>'),
    "cells over rows and columns": (
        tbl(
            tc(p("A")) + tc(p("B")),
            tc(p("r"), rest='<w:vMerge w:val="restart"/>') + tc(p("1")),
            tc(p(), rest="<w:vMerge/>") + tc(p("2")),
            tc(p("all"), rest='<w:gridSpan w:val="2"/>'),
        ),
        ('<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>'
        "<th>A</th><th>B</th></tr></thead><tbody><tr><td>r</td><td>1</td></tr><tr><td>r</td>"
        "<td>2</td></tr><tr><td>all</td><td></td></tr></tbody></table></div>"),
    ),
    "raised figures, curly quotes, hard spaces, hyphens": (
        p("“10", r("2", SUPER), "”\u00a0m", "<w:r><w:noBreakHyphen/></w:r>", "x",
          "<w:r><w:softHyphen/></w:r>", "y", "<w:r><w:br/></w:r>", "z"),
        "<p>“10²” m‑xy<br>z</p>",
    ),
    "signs of symbol fonts": (
        p("a ", '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'),
        "<p>a ✓</p>",
    ),
    "links": (
        p('<w:bookmarkStart w:id="1" w:name="_Ref9"/>', "Target", '<w:bookmarkEnd w:id="1"/>')
        + p("See ", f'<w:hyperlink w:anchor="_Ref9">{r("above")}</w:hyperlink>', " and ",
            f'<w:hyperlink r:id="rId9">{r("there")}</w:hyperlink>')
        + p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            '<w:r><w:instrText> HYPERLINK "https://a.test/b" </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', r("field"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
        ('<p><span id="ref9"></span>Target</p><p>See <a href="#ref9">above</a> and '
        '<a href="https://a.test/?a=1&amp;b" rel="noopener">there</a></p>'
        '<p><a href="https://a.test/b" rel="noopener">field</a></p>'),
    ),
    "a paragraph of which nothing is said, and one with a look of its end": (
        f"<w:p>{r('a')}</w:p>" + p("b", rest="<w:rPr><w:b/></w:rPr>"),
        "<p>a</p><p>b</p>",
    ),
    "wrappers": (
        "<w:sdt><w:sdtPr/><w:sdtContent>" + p("a") + "</w:sdtContent></w:sdt>"
        + p("<w:smartTag><w:smartTagPr/>", r("b"), "</w:smartTag>",
            f'<w:fldSimple w:instr="DATE">{r(" c")}</w:fldSimple>'),
        "<p>a</p><p>b c</p>",
    ),
    "lines with tabs": (
        p("Cookie", TAB, "Purpose") + p(TAB, "_ga", TAB, TAB, "Statistics", TAB)
        + p("1.", TAB, "x", number=1),
        ('<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>'
        "<th>Cookie</th><th>Purpose</th></tr></thead><tbody><tr><td>_ga</td><td>Statistics</td>"
        "</tr></tbody></table></div><ol><li>1. x</li></ol>"),
    ),
    "a line with tabs": (p("Phone", TAB, "1") + p("a"), "<p>Phone 1</p><p>a</p>"),
    "strong and emphasized": (
        p(r("a", "<w:b/>"), " ", r("b", "<w:i/>"), r("c", '<w:b w:val="0"/>')),
        "<p><strong>a</strong> <em>b</em>c</p>",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "html"), SAME_MEANING.values(), ids=SAME_MEANING)
def test_the_meaning_survives(body: str, html: str):
    assert shown(docx(body, links={"rId9": "https://a.test/?a=1&b"})) == html


def test_footnotes_and_endnotes_stand_at_the_end():
    body = p(
        "Data", '<w:r><w:footnoteReference w:id="2"/></w:r>', " kept",
        '<w:r><w:endnoteReference w:id="5"/></w:r>', ".",
    )  # fmt: skip
    document = docx(
        body,
        footnotes=notes("footnote", {2: "Note"}),
        endnotes=notes("endnote", {5: "End", 6: "Never mentioned"}),
    )
    assert shown(document) == (
        '<p>Data<a href="#footnote-2">[1]</a> kept<a href="#endnote-5">[2]</a>.</p>'
        '<ol><li><span id="footnote-2"></span>Note</li><li><span id="endnote-5"></span>End</li></ol>'
    )
    assert left_out(document) == []


def test_a_text_box_stands_below_its_paragraph():
    document = docx(p("At ", text_box(p("In a "), p("box"))) + p("After", text_box(p())))
    assert shown(document) == "<p>At</p><p>In a</p><p>box</p><p>After</p>"
    assert changed(document) == [
        "paragraph 1: text box “In a box”. It stands below the paragraph at which it was fixed."
    ]


LEFT_OUT = {
    "hidden text": (
        p("We ", r("never ", "<w:vanish/>"), "sell."),
        ["paragraph 1: hidden text “never”. The document hides it from its readers."],
    ),
    "hidden by a style": (
        p("We sell.") + p("Not.", style="Gone") + p(r("", "<w:vanish/>"), style="Normal"),
        ["paragraph 2: hidden text “Not.”. The document hides it from its readers."],
    ),
    "pictures": (
        p("We ", '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="Our logo"/>'
          "</wp:inline></w:drawing></w:r>", "sell.", "<w:r><w:pict><v:shape/></w:pict></w:r>"),
        [
            "paragraph 1: picture or drawing “Our logo”. A policy shows no pictures.",
            "paragraph 1: picture or drawing. A policy shows no pictures.",
        ],
    ),
    "an embedded object": (
        p("We sell.", "<w:r><w:object/></w:r>"),
        ["paragraph 1: embedded object. A policy shows no pictures."],
    ),
    "the table of contents": (
        p("Who", TAB, "3", style="Verzeichnis1") + p("We sell."),
        [
            ("paragraph 1: line of the table of contents “Who 3”. "
            "The page makes its own, without page numbers.")
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "lines"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_readers_do_not_see_is_left_out_and_listed(body: str, lines: list[str]):
    document = docx(body)
    assert shown(document).endswith("sell.</p>")
    assert "ot." not in shown(document)
    assert left_out(document) == lines


def test_comments_and_margins_are_left_out_and_listed():
    margin = f"<w:hdr {NAMESPACES}>{p('Confidential')}</w:hdr>"
    document = docx(
        p("We sell.", '<w:r><w:commentReference w:id="0"/></w:r>'),
        comments=notes("comment", {0: "Really?"}),
        header1=margin,
        header2=margin,
        footer1=f"<w:ftr {NAMESPACES}>{p()}</w:ftr>",
    )
    assert shown(document) == "<p>We sell.</p>"
    assert left_out(document) == [
        "comment “Really?”. Comments are for those who write the text.",
        "header of the pages “Confidential”. It stands in the margin of each page of paper.",
    ]


REFUSED = {
    "deleted text": (
        p("a ", '<w:del w:id="1"><w:r><w:delText>b</w:delText></w:r></w:del>'),
        f"paragraph 1: deleted text “b”. {ACCEPT}",
    ),
    "inserted text": (
        p("x") + p("a ", f'<w:ins w:id="1">{r("b")}</w:ins>'),
        f"paragraph 2: inserted text “b”. {ACCEPT}",
    ),
    "moved text": (
        p("a ", f'<w:moveTo w:id="1">{r("b")}</w:moveTo>'),
        f"paragraph 1: moved text “b”. {ACCEPT}",
    ),
    "a paragraph whose end is deleted": (
        p("a", rest='<w:rPr><w:del w:id="1"/></w:rPr>') + p("b"),
        f"paragraph 1: deleted end of a paragraph “a”. {ACCEPT}",
    ),
    "an inserted block": (
        p("x") + f'<w:ins w:id="1">{p("b")}</w:ins>',
        f"paragraph 1: inserted text “b”. {ACCEPT}",
    ),
    "a deleted row": (
        p("x") + tbl(tc(p("a"))).replace("<w:tblHeader/>", '<w:del w:id="1"/>'),
        f"paragraph 1: deleted row of a table “a”. {ACCEPT}",
    ),
    "an inserted cell": (
        p("x") + tbl(tc(p("a"), rest='<w:cellIns w:id="1"/>')),
        f"paragraph 1: inserted cell “a”. {ACCEPT}",
    ),
    "struck-out text": (
        p("a ", r("b", "<w:strike/>"), r(" ", "<w:dstrike/>")),
        ("paragraph 1: struck-out text “b”. Decide in the document whether it stands, then import "
        "it again."),
    ),
    "a formula": (
        p("a ", "<m:oMath><m:r><m:t>E=mc</m:t></m:r></m:oMath>"),
        "paragraph 1: formula “E=mc”. Write it in words, then import it again.",
    ),
    "a formula of its own": (
        p("a") + "<m:oMathPara><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath></m:oMathPara>",
        "paragraph 1: formula “x”. Write it in words, then import it again.",
    ),
    "another document": (
        p("a") + '<w:altChunk r:id="rId1"/>',
        ("paragraph 1: embedded document. It is another file inside this one: copy its text into "
        "the document."),
    ),
    "a sign of an unknown font": (
        p("a ", '<w:r><w:sym w:font="Ours" w:char="F041"/></w:r>',
          '<w:r><w:sym w:font="Ours" w:char="no"/></w:r>'),
        ("paragraph 1: sign F041 of the font Ours. It has no letter of its own: write it "
        "otherwise, then import it again.\nparagraph 1: sign no of the font Ours. It has no "
        "letter of its own: write it otherwise, then import it again."),
    ),
    "signs of ours": (
        p("a\ue000b"),
        "paragraph 1: sign of private use. No font has it: take it out, then import it again.",
    ),
    "raised letters": (
        p("x") + p("a", r("bcd", SUPER)),
        ("paragraph 2: <sup> “bcd”. There are no such raised or lowered signs in plain text, and on "
        "the line they would mean something else: write it otherwise, then import it again."),
    ),
    "numbers in words": (
        p("a", number=6),
        ("The document numbers paragraphs as “cardinalText”. Number them by figures, letters or "
        "Roman numerals, then import it again."),
    ),
    "a table in a table": (
        tbl(tc(p("a") + tbl(tc(p("b"))) + p())),
        "paragraph 1: table inside a table",
    ),
    "nothing": (p(), "The file holds no text to show."),
}  # fmt: skip


@pytest.mark.parametrize(("body", "message"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_one_meaning_is_refused_with_its_paragraph(body: str, message: str):
    assert refusal_of(docx(body)).startswith(message)


def test_a_table_made_of_too_many_lines_with_tabs_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "MOST_CELLS", 7)
    assert refusal_of(docx(p("a", TAB, "b") * 4)) == (
        "paragraph 1: table. It has more than 7 cells."
    )


def test_what_the_converter_passes_over_is_missed():
    ruby = f"<w:ruby><w:rt>{r('above')}</w:rt><w:rubyBase>{r('word')}</w:rubyBase></w:ruby>"
    assert refusal_of(docx(p("We keep the ", f"<w:r>{ruby}</w:r>", " of it."))) == (
        "The text cannot be taken over word for word. Look near: “We keep the aboveword of it.”."
    )


def test_what_the_converter_loses_is_missed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(docx_reader, "_as_html", lambda parts: "<p>We keep.</p>")
    assert "Look near: “We keep it.”" in refusal_of(docx(p("We keep it.")))


def test_a_document_without_styles_and_numbers_is_read():
    assert read(docx(p("We keep it.", style="None"), styles=None, numbering=None)).words == 3
