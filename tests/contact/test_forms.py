"""What the form takes, what it refuses, and in which words."""

import pytest
from crispy_forms.utils import render_crispy_form

from contact.forms import WebmasterForm
from contact.services import Submission
from sens_site.lib.forms.honeypot import TRAP

EMAIL_FORMAT = "Enter an email address in the correct format, like name@example.com"


def errors_of(letter, **changes):
    return WebmasterForm({**letter, **changes}).errors


def test_a_complete_letter_is_taken_as_typed(letter, submission):
    form = WebmasterForm(letter)

    assert form.errors == {}
    assert form.submission == submission
    assert form.trapped is False


def test_phone_and_choice_may_be_left_out(letter):
    form = WebmasterForm({k: letter[k] for k in ("name", "email", "message")})

    assert form.errors == {}
    assert form.submission == Submission(
        name=letter["name"],
        email=letter["email"],
        phone="",
        message=letter["message"],
        wants_contact=False,
    )


def test_an_empty_form_says_what_to_enter():
    assert WebmasterForm({}).errors == {
        "name": ["Enter your name"],
        "email": ["Enter your email address"],
        "message": ["Enter your message"],
    }


@pytest.mark.parametrize("blank", ["   ", "\r\n\t", "\u00a0\u2003", "\u200b\u2060\ufeff"])
def test_nothing_to_be_seen_is_nothing(letter, blank):
    assert errors_of(letter, name=blank, message=blank) == {
        "name": ["Enter your name"],
        "message": ["Enter your message"],
    }


def test_the_longest_of_everything_is_taken(letter):
    email = "a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 56 + ".test"
    assert len(email) == 254
    limits = {"name": "n" * 100, "phone": "1" * 40, "message": "m" * 5000, "email": email}

    assert errors_of(letter, **limits) == {}


def test_one_sign_more_is_refused(letter):
    email = "a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 57 + ".test"
    limits = {"name": "n" * 101, "phone": "1" * 41, "message": "m" * 5001, "email": email}

    assert errors_of(letter, **limits) == {
        "name": ["Name must be 100 characters or fewer"],
        "email": ["Email must be 254 characters or fewer"],
        "phone": ["Phone must be 40 characters or fewer"],
        "message": ["Message must be 5,000 characters or fewer"],
    }


def test_a_line_end_is_one_sign_however_the_browser_sends_it(letter):
    form = WebmasterForm({**letter, "message": "a\r\n" * 2498 + "a\rab"})

    assert form.errors == {}
    assert form.submission.message == "a\n" * 2498 + "a\nab"


@pytest.mark.parametrize("sign", [*"\x00\x07\x1b\x7f\x85\ufffd", chr(0xD800)])
def test_signs_that_nobody_types_are_refused(letter, sign):
    text = f"Good{sign}day"

    assert errors_of(letter, name=text, phone=text, message=text, email=f"a{sign}b@c.test") == {
        "name": ["Name holds characters that cannot be read. Remove them or type it again"],
        "email": [EMAIL_FORMAT],
        "phone": ["Phone holds characters that cannot be read. Remove them or type it again"],
        "message": ["Message holds characters that cannot be read. Remove them or type it again"],
    }


def test_a_lone_nul_is_told_apart_from_nothing(letter):
    assert errors_of(letter, message="\x00") == {
        "message": ["Message holds characters that cannot be read. Remove them or type it again"],
    }


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_no_line_of_a_header_can_be_started(letter, end):
    injected = f"Mary{end}Bcc: all@fossil.test"

    assert errors_of(letter, name=injected, phone=injected, email=f"m@fossil.test{end}Bcc: x") == {
        "name": ["Name must be on one line"],
        "email": [EMAIL_FORMAT],
        "phone": ["Phone must be on one line"],
    }


@pytest.mark.parametrize(
    "email",
    [
        "mary",
        "mary@",
        "@fossil.test",
        "mary@fossil",
        "mary@@fossil.test",
        "mary@fossil.test, all@fossil.test",
        "Mary <mary@fossil.test>",
        '"a b"@fossil.test',
        "mary@[192.0.2.1]",
        "mary@" + "\u00e4" * 63 + ".test",
    ],
)
def test_what_is_no_address_is_refused(letter, email):
    assert errors_of(letter, email=email) == {"email": [EMAIL_FORMAT]}


def test_names_and_texts_of_the_world_are_taken(letter):
    form = WebmasterForm(
        {
            **letter,
            "name": "Nguyễn Thị Ánh 👩🏽‍🔬",
            "email": "kontakt@müller.test",
            "message": "Grüße — 你好 — שלום",
        }
    )

    assert form.errors == {}
    assert form.submission.name == "Nguyễn Thị Ánh 👩🏽‍🔬"


def test_the_trap_is_told_and_is_no_mistake(letter):
    form = WebmasterForm({**letter, TRAP: "cheap\x00pills"})

    assert form.errors == {}
    assert form.trapped is True


def test_it_is_drawn_for_people_and_without_a_token():
    drawn = " ".join(render_crispy_form(WebmasterForm()).split())

    assert [part.split('"')[0] for part in drawn.split(' name="')[1:]] == [
        "name",
        "email",
        "phone",
        "about",
        "message",
        "wants_contact",
        TRAP,
    ]
    assert 'action="/contact/webmaster/"' in drawn
    assert 'method="post"' in drawn
    assert drawn.count("(optional)") == 2
    assert '<label for="id_phone">Phone (optional)</label>' in drawn
    assert drawn.count('autocomplete="name"') == 1
    assert drawn.count('autocomplete="email"') == 1
    assert drawn.count('autocomplete="tel"') == 1
    assert drawn.count(" novalidate") == 1
    for absent in ("csrf", "maxlength", "required", "style=", "<script", 'type="hidden"'):
        assert absent not in drawn


def test_every_description_that_a_field_names_is_there():
    drawn = render_crispy_form(WebmasterForm({}))
    named = {
        one for part in drawn.split('aria-describedby="')[1:] for one in part.split('"')[0].split()
    }

    assert named == {
        f"id_{name}_{kind}"
        for name in ("name", "email", "message")
        for kind in ("helptext", "error")
    } | {"id_phone_helptext", "id_about_helptext"}
    for one in named:
        assert drawn.count(f'id="{one}"') == 1
