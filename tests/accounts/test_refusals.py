"""What a person refuses, on the person's own pages, and how an objection sets it."""

import io
import zipfile
from typing import Any

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import User
from privacy.consent.models import PersonalRefusals
from privacy.consent.personal_services import (
    accept_newsletter,
    object_to_sharing,
    refuse_newsletter,
)
from privacy.datamap.export import PAGE, stream_export
from privacy.datamap.subjects import by_address, subject_of
from privacy.rights import intake
from privacy.rights import services as desk
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.objections import register_objection
from privacy.rights.secret_links import make_link
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
COVERED = {"analytics", "marketing", "social"}


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_ROOT = str(tmp_path)


def ask(person, kind=Kind.OBJECTION, **fields):
    defaults = {"name": "Ada", "text": "Do not sell or share it.", "channel": Channel.FORM}
    return intake.open_request(kind=kind, email=person.email, **{**defaults, **fields})


def row(person):
    return PersonalRefusals.objects.filter(user=person).first()


def assert_objected(person):
    found = row(person)
    assert {key for key, said in found.standings.items() if said.refuses} == COVERED
    assert {said.how for said in found.standings.values()} == {"objected"}
    assert found.sale_objected_at is not None
    assert found.newsletter_refused_at is not None
    assert User.objects.get(pk=person.pk).marketing_opt_in_at is None


def test_an_objection_from_the_account_holds_at_once():
    person = make_person(marketing_opt_in_at=timezone.now())
    ask(person, channel=Channel.ACCOUNT, proof=Proof.PASSWORD)
    assert_objected(person)


def test_an_objection_by_the_form_holds_once_it_is_shown_who_objects(person):
    request = ask(person)
    assert row(person) is None  # anybody can type an address
    desk.record_proof(request, by=make_staff(), how="Called back at the number on file.")
    assert_objected(person)


def test_an_objection_that_a_mailed_link_proves_holds_with_its_button(person, monkeypatch):
    tokens = []
    real = make_link

    def noted(*args, **kwargs):
        tokens.append(real(*args, **kwargs))
        return tokens[-1]

    monkeypatch.setattr(intake, "make_link", noted)
    request = ask(person)
    assert intake.ask_identity(request)
    assert row(person) is None
    intake.prove_identity(tokens[-1])
    assert_objected(person)


def test_an_objection_holds_when_staff_answer_it(person):
    desk.answer(ask(person), by=make_staff(), text="It is done.")
    assert_objected(person)


def test_nothing_else_that_is_asked_switches_anything_off(person):
    for kind in set(Kind) - {Kind.OBJECTION}:
        ask(person, kind, channel=Channel.ACCOUNT, proof=Proof.PASSWORD)
    assert row(person) is None


def test_an_objection_of_somebody_without_an_account_is_for_the_desk(db):
    services.heed_objection(by_address("nobody@elsewhere.test"))
    request = ask(User(email=""), channel=Channel.LETTER)
    desk.record_proof(request, by=make_staff(), how="Came in person.")
    assert PersonalRefusals.objects.count() == 0


def test_the_first_day_of_an_objection_is_kept(person):
    object_to_sharing(person)
    first = row(person).sale_objected_at
    object_to_sharing(person)
    assert row(person).sale_objected_at == first
    assert {said.count for said in row(person).standings.values()} == {1}


def test_every_room_that_registers_is_told(person, monkeypatch):
    from privacy.rights import objections

    monkeypatch.setattr(objections, "_heeds", {})
    told: list[Any] = []
    register_objection("a room", told.append)
    ask(person, channel=Channel.ACCOUNT, proof=Proof.PASSWORD)
    assert [subject.user_id for subject in told] == [person.pk]


def profile(**fields):
    return {"name": "Ada", "company": "", "position": "", "phone": "", **fields}


def test_news_that_was_wanted_and_is_not_any_more_is_refused(person):
    services.change_profile(person, marketing=False, **profile())
    assert row(person) is None  # never asked for, never refused
    services.change_profile(person, marketing=True, **profile())
    services.change_profile(person, marketing=False, **profile())
    since = row(person).newsletter_refused_at
    assert since is not None
    refuse_newsletter(person)
    assert row(person).newsletter_refused_at == since
    services.change_profile(person, marketing=True, **profile())
    assert row(person).newsletter_refused_at is None
    accept_newsletter(make_person("bea"))
    assert PersonalRefusals.objects.count() == 1


def test_the_own_page_says_what_is_refused_and_asks_no_query_for_it(
    signed_in, person, django_assert_max_num_queries
):
    page = text(signed_in.get("/accounts/data/"))
    assert "<h2>What you have refused</h2> <p>Nothing.</p>" in page
    services.heed_objection(subject_of(person))
    with django_assert_max_num_queries(8):
        page = text(signed_in.get("/accounts/data/"))
    today = timezone.localdate()
    day = f"{today:%B} {today.day}, {today.year}"
    objected = f"you objected to the sale and sharing of your information on {day}."
    for group in ("Analytics", "Marketing", "Social media"):
        assert f"<li>{group}: {objected} It is off wherever you are logged in.</li>" in page
    assert f"You objected to the sale and sharing of your information on {day}." in page
    assert f"You refused news by email on {day}." in page
    assert "belongs to your account: it holds in every browser in which you log in" in page


def text(response):
    return " ".join(response.content.decode().split())


def test_the_copy_says_it_in_words_and_goes_with_the_account(person):
    object_to_sharing(person)
    data = b"".join(stream_export(subject_of(person)))
    page = zipfile.ZipFile(io.BytesIO(data)).read(PAGE).decode()
    assert "<h2>What you have refused, on every device</h2>" in page
    assert "Marketing: you objected to the sale and sharing of your information on" in page
    assert "allowed_after" not in page
    person.delete()
    assert PersonalRefusals.objects.count() == 0


def test_a_row_names_nobody(person):
    object_to_sharing(person)
    found = row(person)
    assert str(found) == f"refusals {found.pk}"


def test_a_page_asks_once_how_a_refusal_is_said(signed_in, person, monkeypatch):
    object_to_sharing(person)
    asked: list[int] = []
    say = vars(PersonalRefusals)["sentences"].fget

    def count(row: PersonalRefusals) -> list[str]:
        asked.append(row.pk)
        said: list[str] = say(row)
        return said

    monkeypatch.setattr(PersonalRefusals, "sentences", property(count))
    page = signed_in.get("/accounts/data/").content.decode()
    assert (len(asked), page.count("You objected to the sale and sharing")) == (1, 1)
