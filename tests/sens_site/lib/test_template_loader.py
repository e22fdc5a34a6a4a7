"""Templates are loaded without indentation; what is put into them keeps its own."""

from django.template import Context, Engine

from sens_site.lib.template_loader import Loader


def test_page_templates_have_no_indentation_and_no_gaps():
    source = Engine.get_default().get_template("base.html").source
    assert "<head>\n<meta charset" in source
    assert [line for line in source.split("\n")[1:-1] if line != line.lstrip() or not line] == []
    assert "\n{% endif %}\n" not in source


def test_mails_keep_their_lines(tmp_path):
    (tmp_path / "mail.txt").write_text("a\n\n  b\n")
    (tmp_path / "page.html").write_text("a\n\n  b\n{{ text }}\n")
    loader = Loader(Engine.get_default(), dirs=[str(tmp_path)])
    mail = loader.get_template("mail.txt")
    assert mail.source == "a\n\n  b\n"
    page = loader.get_template("page.html")
    assert page.render(Context({"text": "x\n  y"})) == "a\nb\nx\n  y\n"


def test_tags_that_draw_nothing_leave_no_empty_line(tmp_path):
    source = "a\n{% if yes %}\n  b {% if yes %}c{% endif %}\n  d\n{% endif %}\n{% if no %}\n{% endif %}\ne\n"
    (tmp_path / "page.html").write_text(source)
    page = Loader(Engine.get_default(), dirs=[str(tmp_path)]).get_template("page.html")
    assert page.render(Context({"yes": True})) == "a\nb c\nd\ne\n"


def test_an_address_with_a_name_leaves_no_empty_line_and_one_without_keeps_its_own(tmp_path):
    (tmp_path / "page.html").write_text("a\n  {% url 'pages:home' as top %}\n  {{ top }}\n")
    (tmp_path / "list.html").write_text("a\n  {% url 'pages:home' %}\nb\n")
    loader = Loader(Engine.get_default(), dirs=[str(tmp_path)])
    assert loader.get_template("page.html").render(Context()) == "a\n/\n"
    assert loader.get_template("list.html").render(Context()) == "a\n/\nb\n"


def test_a_tag_whose_attributes_stand_on_lines_of_their_own_is_one_line(tmp_path):
    source = (
        '{% load static %}\n<meta\n  name="a"\n  content="{{ text }}"\n>\n<br\n  class="b"\n/>\n'
    )
    (tmp_path / "page.html").write_text(source)
    page = Loader(Engine.get_default(), dirs=[str(tmp_path)]).get_template("page.html")
    text = 'x\nname="y"\n>'
    drawn = page.render(Context({"text": text}, autoescape=False))
    assert drawn == f'<meta name="a" content="{text}">\n<br class="b"/>\n'


def test_a_line_that_begins_and_ends_with_a_tag_keeps_its_break_between_words(tmp_path):
    source = 'a\n{% if yes %}b,{% endif %}\n{% if yes %}<b\n  class="c"\n>d</b>{% endif %}\ne\n'
    (tmp_path / "page.html").write_text(source)
    page = Loader(Engine.get_default(), dirs=[str(tmp_path)]).get_template("page.html")
    assert page.render(Context({"yes": True})) == 'a\nb,\n<b class="c">d</b>\ne\n'
