"""The form as other pages show it: the same bytes as on its own page, drawn once."""

from django.template import Context, Template
from django.utils.html import strip_spaces_between_tags

from contact.templatetags.contact_tags import kept_form

LOAD = "{% load contact_tags %}"


def test_the_section_has_its_heading_and_the_form():
    drawn = Template(LOAD + "{% webmaster_form %}").render(Context())

    assert '<h2 id="contact-webmaster" tabindex="-1">Contact Webmaster</h2>' in drawn
    assert drawn.count(strip_spaces_between_tags(kept_form().strip())) == 1
    assert 'action="/contact/webmaster/"' in drawn


def test_the_form_alone_is_the_same_form():
    assert Template(LOAD + "{% webmaster_form_alone %}").render(Context()) == kept_form()


def test_it_is_drawn_once():
    first = Template(LOAD + "{% webmaster_form_alone %}").render(Context())
    second = Template(LOAD + "{% webmaster_form_alone %}").render(Context())

    assert kept_form() is kept_form()
    assert first == second
