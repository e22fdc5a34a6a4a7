"""Photos of messages: taken for what they are, kept without what a camera adds."""

import gzip
import zipfile
from io import BytesIO

import pytest
from django.test.utils import override_settings
from PIL import Image

from contact.models import ContactMessage
from contact.photo_models import MessagePhoto
from contact.photos import LARGEST
from sens_site.lib.pictures import DAMAGED, TOO_MANY_PIXELS, UNKNOWN
from tests.contact.photos import chosen, drawn
from tests.pages.pictures import bomb, from_a_camera

pytestmark = pytest.mark.django_db
SUPPORT = "/contact/tech-support/"


@pytest.fixture
def typed(letter):
    del letter["wants_contact"]
    return letter


@pytest.fixture
def temporary(tmp_path):
    """An empty folder that Django would use for uploads that it does not keep in memory."""
    with override_settings(FILE_UPLOAD_TEMP_DIR=str(tmp_path), PRIVATE_ROOT=str(tmp_path)):
        yield tmp_path


def zipped() -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("photo.jpg", drawn())
    return output.getvalue()


REFUSED = {
    "words": (b"Words, and no picture.", UNKNOWN),
    "a page": (b"<html><script>alert(1)</script>", UNKNOWN),
    "a drawing with a script": (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        UNKNOWN,
    ),
    "a document": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", UNKNOWN),
    "an archive": (zipped(), UNKNOWN),
    "a compressed file": (gzip.compress(b"photo"), UNKNOWN),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(64), UNKNOWN),
    "a program for Windows": (b"MZ\x90\x00" + bytes(64), UNKNOWN),
    "a film": (b"\x00\x00\x00\x18ftypmp42" + bytes(64), UNKNOWN),
    "a picture of a telephone": (b"\x00\x00\x00\x18ftypheic" + bytes(64), UNKNOWN),
    "another kind of picture": (drawn(kind="GIF"), UNKNOWN),
    "a scan": (drawn(kind="TIFF"), UNKNOWN),
    "only the first bytes of one": (b"\xff\xd8\xff", UNKNOWN),
    "half a picture": (drawn(size=(200, 200))[:300], DAMAGED),
    "few bytes of very many pixels": (bomb(10_000, 10_000), TOO_MANY_PIXELS),
    "a very long line": (bomb(10, 16_001), TOO_MANY_PIXELS),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_photo_is_refused_by_its_number_and_nothing_is_left(
    client, typed, temporary, kind
):
    content, why = REFUSED[kind]
    files = [chosen(drawn()), chosen(content, "IMG.JPG")]
    response = client.post(SUPPORT, {**typed, "photos": files})
    page = " ".join(response.content.decode().split())
    assert response.status_code == 422
    assert f'<a href="#id_photos" >Photo 2 was not taken. {why}</a>'.replace('" >', '">') in (
        page.replace('" >', '">')
    )
    assert "Mary Anning" in page
    assert (ContactMessage.objects.count(), MessagePhoto.objects.count()) == (0, 0)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([drawn()] * 4, "Choose up to 3 photos"),
        ([drawn(), drawn() + bytes(LARGEST)], "Photo 2 is larger than 6 MB."),
    ],
)
def test_too_many_or_too_large_photos_are_refused(client, typed, temporary, files, why):
    response = client.post(SUPPORT, {**typed, "photos": [chosen(one) for one in files]})
    assert response.status_code == 422
    assert why in response.content.decode()
    assert MessagePhoto.objects.count() == 0
    assert list(temporary.iterdir()) == []


def test_a_photo_of_just_the_largest_size_is_taken(client, typed, temporary):
    content = drawn()
    client.post(SUPPORT, {**typed, "photos": [chosen(content + bytes(LARGEST - len(content)))]})
    assert MessagePhoto.objects.count() == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        (SUPPORT, 20 * 1024 * 1024, 422),
        (SUPPORT, 20 * 1024 * 1024 + 1, 413),
        ("/contact/order-status/", 64 * 1024 + 1, 413),
    ],
)
def test_only_where_photos_are_asked_for_a_form_may_be_large(client, path, size, status):
    begin, end = (
        b'--x\r\nContent-Disposition: form-data; name="nothing"; filename="a"\r\n\r\n',
        b"\r\n--x--\r\n",
    )
    body = begin + bytes(size - len(begin) - len(end)) + end
    response = client.post(path, body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == status


def test_what_a_camera_adds_is_not_kept(client, typed):
    client.post(SUPPORT, {**typed, "photos": [chosen(from_a_camera("Mary at the cliff"))]})
    content = bytes(MessagePhoto.objects.get().content)
    assert b"Mary" not in content
    picture = Image.open(BytesIO(content))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (20, 40), {})


def test_what_is_hidden_behind_a_picture_is_not_kept(client, typed):
    hidden = b"<script>alert(1)</script>"
    client.post(SUPPORT, {**typed, "photos": [chosen(drawn() + hidden)]})
    assert hidden not in bytes(MessagePhoto.objects.get().content)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a\x00b.jpg", "\u202egpj.exe", "a" * 300 + ".jpg", "C:\\x.jpg", ""],
)
def test_the_name_of_a_file_is_never_read(client, typed, name):
    begin = (
        b'--x\r\nContent-Disposition: form-data; name="photos"; filename="'
        + name.encode()
        + b'"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    fields = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in typed.items()
    )
    body = fields + begin + drawn() + b"\r\n--x--\r\n"
    response = client.post(SUPPORT, body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 303
    photos = [photo.file_name for photo in MessagePhoto.objects.all()]
    reference = ContactMessage.objects.get().reference
    assert photos == ([f"{reference}-1.jpg"] if photos else [])


def test_a_large_photo_is_kept_smaller_in_three_kinds_of_files(client, typed):
    files = [chosen(drawn(size=(3000, 1500), kind=kind)) for kind in ("JPEG", "PNG", "WEBP")]
    client.post(SUPPORT, {**typed, "photos": files})
    sizes = [Image.open(BytesIO(bytes(p.content))).size for p in MessagePhoto.objects.all()]
    assert sizes == [(2000, 1000)] * 3


def test_a_form_that_comes_back_says_that_photos_have_to_be_chosen_again(client, typed):
    data = {**typed, "email": "mary", "photos": [chosen(drawn())]}
    page = client.post(SUPPORT, data).content.decode()
    assert page.count("Choose your photos again: a page that comes back cannot keep them") == 2


def test_a_part_that_is_no_file_is_no_photo(client, typed):
    response = client.post(SUPPORT, {**typed, "photos": "IMG_0001.JPG"})
    assert (response.status_code, MessagePhoto.objects.count()) == (303, 0)


def test_other_departments_take_no_photos(client, typed):
    client.post("/contact/order-status/", {**typed, "photos": [chosen(drawn())]})
    assert (ContactMessage.objects.count(), MessagePhoto.objects.count()) == (1, 0)
