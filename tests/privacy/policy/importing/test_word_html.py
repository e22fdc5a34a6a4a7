"""Pages that Word saved: lists are in paragraphs, and much is there that nobody sees."""

from tests.privacy.policy.importing.reading import left_out, read, refusal_of, shown

SPACES = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp; </span>"


def item(label: str, text: str, level: int = 1, font: str = "") -> str:
    """An item as Word saves it with all that it needs to open it again."""
    look = f" style='font-family:{font}'" if font else ""
    return (
        f"<p class=MsoListParagraphCxSpMiddle style='text-indent:-.25in;"
        f"mso-list:l0 level{level} lfo1'><![if !supportLists]><span{look}>"
        f"<span style='mso-list:Ignore'>{label}{SPACES}</span></span><![endif]>{text}<o:p></o:p></p>\n"
    )


def filtered(label: str, text: str, margin: str = "36.0pt", font: str = "") -> str:
    """An item of a page saved as "filtered"."""
    opened = f"<span style='font-family:{font}'>" if font else ""
    closed = "</span>" if font else ""
    return (
        f"<p class=MsoListParagraph style='margin-left:{margin};text-indent:-18.0pt'>"
        f"{opened}{label}{SPACES}{closed}{text}</p>\n"
    )


def test_paragraphs_with_labels_are_lists():
    page = (
        item("1.", "one")
        + item("a)", "under <b>one</b>", 2)
        + item("b)", "too", 2)
        + item("2.", "two")
        + item("·", "bullet", 1, "Symbol")
        + item("o", "below", 2, '"Courier New"')
        + "<p class=MsoNormal>o yes</p>"
        + item("3.", "three")
    )
    assert shown(page) == (
        "<ol><li>one<ul><li>a) under <strong>one</strong></li><li>b) too</li></ul></li>"
        "<li>two</li></ol><ul><li>bullet<ul><li>below</li></ul></li></ul><p>o yes</p>"
        '<ol start="3"><li>three</li></ol>'
    )
    assert read(page).form == "Word's HTML"


def test_filtered_pages_have_lists_too():
    page = (
        filtered("(a)", "one")
        + filtered("<i>(b)</i>", "two")
        + filtered("Ø", "arrow", "1.0in", "Wingdings")
        + filtered("§", "sign", "2.54cm", "Wingdings")
        + filtered("1.", "nothing said", "auto")
        + f"<p class=MsoListParagraph style='margin:0 0 0 36pt'>2.{SPACES}also</p>"
    )
    assert shown(page) == (
        "<ul><li>(a) one</li><li>(b) two<ul><li>arrow</li><li>sign</li></ul></li></ul>"
        "<ol><li>nothing said</li><li>also</li></ol>"
    )


def test_narrow_spaces_alone_make_no_list():
    page = f"<p class=MsoNormal>A long line of words{SPACES}goes on</p><p class=MsoNormal>{SPACES}x</p>"
    assert shown(page) == "<p>A long line of words goes on</p><p>x</p>"


def test_an_item_without_text_is_none():
    assert shown(item("1.", " ") + "<p>x") == "<p>x</p>"


def test_the_title_stands_above_all_headings():
    page = "<p class=MsoTitle>Privacy</p><p class=MsoTitle></p><h1>Who</h1><h2>Where</h2>"
    assert (
        shown(page) == '<h2 id="privacy">Privacy</h2><h3 id="who">Who</h3><h4 id="where">Where</h4>'
    )


def test_a_numbered_heading_keeps_its_number():
    assert shown(f"<h1>1.{SPACES}Verantwortlicher</h1>") == (
        '<h2 id="1-verantwortlicher">1. Verantwortlicher</h2>'
    )


def test_what_is_beside_the_text_is_left_out_and_listed():
    page = (
        "<p class=MsoToc1><a href='#_Toc1'>Who<span>..... </span>3</a></p>"
        "<h1><a name='_Toc1'>Who</a></h1><p>We<span style='mso-hide:all'> not</span>.</p>"
        "<div style='mso-element:comment-list'><p>Really?</p></div><p class=MsoToc2></p>"
    )
    assert shown(page) == '<h2 id="toc1">Who</h2><p>We.</p>'
    assert left_out(page) == [
        (
            "line 1: line of the table of contents “Who..... 3”. "
            "The page makes its own, without page numbers."
        ),
        "line 1: hidden <span> “not”. The page hides it from its readers.",
        "line 1: comment “Really?”. Comments are for those who write the text.",
    ]


def test_notes_keep_their_links():
    page = (
        "<p class=MsoNormal>Data<a href='#_ftn1' name='_ftnref1'><span><sup>[1]</sup></span></a></p>"
        "<div id=ftn1><p class=MsoFootnoteText><a href='#_ftnref1' name='_ftn1'>[1]</a> Note</p></div>"
    )
    assert shown(page) == (
        '<p>Data<span id="ftnref1"></span><a href="#ftn1">[1]</a></p>'
        '<p><span id="ftn1"></span><a href="#ftnref1">[1]</a> Note</p>'
    )


def test_tracked_changes_are_refused():
    assert refusal_of("<p class=MsoNormal>a <ins cite='x'>b</ins>").startswith("line 1: <ins> “b”.")
