"""A message that is a privacy request goes to the request desk, and its clock runs."""

import pytest

from contact.models import ContactMessage
from privacy.rights.choices import Kind
from privacy.rights.models import SubjectRequest
from tests.client import said_by

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Ada Lovelace",
    "email": "ada@customer.test",
    "phone": "303",
    "message": "Please erase what you hold.",
}


@pytest.mark.parametrize("kind", list(Kind))
def test_each_privacy_topic_opens_a_request(client, kind):
    response = client.post("/contact/webmaster/", FORM | {"about": kind.value})
    assert response.status_code == 303
    request = SubjectRequest.objects.get()
    assert (request.kind, request.email, request.channel) == (kind, FORM["email"], "contact")
    assert request.text == "Please erase what you hold.\n\nPhone: 303"
    assert ContactMessage.objects.count() == 0


@pytest.mark.parametrize(("ticked", "kept"), [({"wants_contact": "on"}, True), ({}, False)])
def test_the_wish_to_be_contacted_is_seen_at_the_desk(client, staff_client, ticked, kept):
    client.post("/contact/webmaster/", FORM | ticked | {"about": "access"})
    request = SubjectRequest.objects.get()
    assert request.wants_contact is kept
    page = staff_client.get(f"/admin/rights/subjectrequest/{request.pk}/change/").content.decode()
    assert "Wants to be contacted" in page


def test_any_other_message_stays_a_message(client):
    assert client.post("/contact/webmaster/", FORM).status_code == 303
    assert (ContactMessage.objects.count(), SubjectRequest.objects.count()) == (1, 0)


def test_the_answer_is_the_same_for_both(client):
    message = client.post("/contact/webmaster/", FORM)
    request = client.post("/contact/webmaster/", FORM | {"about": "access"})
    assert message.content == request.content
    assert said_by(message) == said_by(request) == ("/contact/webmaster/thanks/", "stored")


def test_a_trapped_request_is_held(client):
    client.post("/contact/webmaster/", FORM | {"about": "access", "subject_line": "x"})
    assert SubjectRequest.objects.held().count() == 1


def test_an_unknown_topic_is_refused_with_the_text_kept(client):
    response = client.post("/contact/webmaster/", FORM | {"about": "spying"})
    assert response.status_code == 422
    assert "Please erase what you hold." in response.content.decode()
    assert (ContactMessage.objects.count(), SubjectRequest.objects.count()) == (0, 0)
