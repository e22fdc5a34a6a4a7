"""A customer writes to support with a photo, is answered, sees both, takes a copy and leaves."""

import io
import zipfile

import pytest

from contact.models import ContactMessage
from contact.photo_models import MessagePhoto
from outbox.models import OutboxMail
from tests.contact.photos import chosen, drawn
from tests.factories.people import PASSWORD, make_staff

pytestmark = pytest.mark.django_db
SUPPORT = "/contact/tech-support/"


def text_of(response):
    return " ".join(response.content.decode().split())


def test_from_the_form_to_the_answer_and_out_again(client, person, staff_desk):
    client.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
    page = text_of(client.get(SUPPORT))
    assert f'value="{person.email}"' in page
    written = {
        "name": "Ada", "email": person.email, "message": "It hums.", "serial_number": "SN-0042",
        "photos": [chosen(drawn())],
    }  # fmt: skip
    assert client.post(SUPPORT, written).status_code == 303

    message = ContactMessage.objects.get()
    inbox = "/admin/contact/contactmessage/"
    assert message.reference in text_of(staff_desk.get(f"{inbox}?department=tech-support"))
    assert message.reference not in text_of(staff_desk.get(f"{inbox}?department=order-status"))
    assert message.reference in text_of(staff_desk.get(f"{inbox}?q=SN-0042"))
    shown = text_of(staff_desk.get(f"{inbox}{message.pk}/change/"))
    assert "SN-0042" in shown
    assert "Order number" not in shown
    photo = f"{inbox}{message.pk}/photo/1/"
    assert f'src="{photo}"' in shown
    answer = staff_desk.get(photo)
    assert (answer.headers["Content-Type"], answer.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert [client.get(photo).status_code, staff_desk.get(f"{photo[:-2]}2/").status_code] == [
        302,
        404,
    ]

    for step, typed in (("reply", {"text": "Is it level?"}), ("send", {})):
        staff_desk.fill_in(f"{inbox}{message.pk}/{step}/", typed)
    assert OutboxMail.objects.to_address(person.email).count() == 2
    assert "Is it level?" in text_of(client.get("/contact/messages/"))

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    copy = b"".join(client.post("/accounts/data/copy/").streaming_content)
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        name = f"photos/{message.reference}-1.jpg"
        assert archive.read(name) == bytes(MessagePhoto.objects.get().content)
        assert name in archive.read("data.json").decode()
        assert name in archive.read("index.html").decode()

    gone = client.post("/accounts/delete/", {"username": person.username, "password": PASSWORD})
    assert gone.status_code == 303
    assert (ContactMessage.objects.count(), MessagePhoto.objects.count()) == (0, 0)


@pytest.fixture
def staff_desk():
    """A webmaster at the desk."""
    from tests.client import SiteClient

    client = SiteClient()
    client.force_login(make_staff("grace"))
    return client
