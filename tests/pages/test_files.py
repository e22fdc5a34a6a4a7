"""Pictures and files: what is taken, what is kept of it, how it is given out, when it goes."""

import zipfile
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from pages import file_services, files, pictures, services
from pages.files import FileRefusedError, made_from
from pages.models import File, Page
from sens_site.lib import pictures as lib_pictures
from sens_site.lib.content import ContentError
from sens_site.lib.texts import Text
from tests.client import SiteClient
from tests.pages.pictures import bomb, drawn, from_a_camera
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

OWNER = "Ada Lovelace, Ockham Park"


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def front() -> File:
    return file_services.add_file(made_from(drawn((1000, 500))), name="front", alt="The front")


def archive(name: str) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as made:
        made.writestr(name, "words")
    return output.getvalue()


def opened_at(place: Path) -> Image.Image:
    return Image.open(BytesIO(place.read_bytes()))


def stored(media: Path) -> list[str]:
    return sorted(file.name for file in media.rglob("*") if file.is_file())


def bring(client: SiteClient, content: bytes, **said: str) -> Any:
    upload = SimpleUploadedFile("C:\\a picture.png", content)
    return client.post(
        "/admin/pages/file/add/", {"name": "front", "alt": "Words", **said, "upload": upload}
    )


def test_a_picture_is_kept_in_sizes_that_are_no_larger_than_itself(front: File, media: Path):
    assert stored(media) == ["front-1600.webp", "front-480.webp", "front-960.webp", "front.jpg"]
    opened = [opened_at(media / one.name) for one in (front.small, front.medium, front.large)]
    assert [(one.format, one.size) for one in opened] == [
        ("WEBP", (480, 240)),
        ("WEBP", (960, 480)),
        ("WEBP", (1000, 500)),
    ]
    assert opened_at(media / front.original.name).size == (960, 480)
    assert [width for _, width in front.sizes] == [480, 960, 1000]
    assert (front.width, front.height, front.kind) == (1000, 500, "JPG")


def test_a_name_that_is_taken_leaves_no_file_that_no_row_names(front: File, media: Path):
    before = stored(media)
    with pytest.raises(IntegrityError), transaction.atomic():
        file_services.add_file(made_from(drawn()), name="front", alt="Another")
    assert stored(media) == before


def test_a_small_picture_has_one_size(media: Path):
    file = file_services.add_file(made_from(drawn((20, 10))), name="dot", alt="A dot")
    assert (stored(media), file.sizes) == (
        ["dot-480.webp", "dot.jpg"],
        [(f"/{file.small.name}", 20)],
    )


def test_what_the_camera_wrote_is_in_no_size_and_the_picture_stands_upright(media: Path):
    photo = from_a_camera(OWNER)
    assert OWNER.encode() in photo
    file = file_services.add_file(made_from(photo), name="photo", alt="A photo")
    for place in (file.original.name, file.small.name):
        content = (media / place).read_bytes()
        image = Image.open(BytesIO(content))
        assert OWNER.encode() not in content
        assert (image.size, dict(image.getexif())) == ((20, 40), {})


def test_what_is_clear_in_a_picture_is_white_for_old_browsers(media: Path):
    output = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(output, "PNG")
    file = file_services.add_file(made_from(output.getvalue()), name="clear", alt="Nothing")
    assert opened_at(media / file.original.name).getpixel((4, 4)) == (255, 255, 255)
    assert opened_at(media / file.small.name).getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_taken_by_what_they_are(kind: str):
    assert made_from(drawn(kind=kind)).original[0] == "jpg"


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"%PDF-1.7 words", "pdf"),
        (archive("a.txt"), "zip"),
        (archive("word/document.xml"), "docx"),
        (archive("xl/workbook.xml"), "xlsx"),
    ],
)
def test_files_are_taken_by_what_they_are(content: bytes, ending: str):
    assert made_from(content).original == (ending, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", pictures.UNKNOWN),
        (b"Words, and no picture.", pictures.UNKNOWN),
        (b"<html><script>alert(1)</script>", pictures.UNKNOWN),
        (b"PK\x03\x04 and no archive", files.NO_ARCHIVE),
        (drawn(kind="GIF"), pictures.UNKNOWN),
        (b'<?xml version="1.0"?>\n<SVG onload="alert(1)"/>', files.SVG),
        (drawn((200, 200), "JPEG")[:300], lib_pictures.DAMAGED),
        (bomb(10_000, 10_000), lib_pictures.TOO_MANY_PIXELS),
        (bomb(60_000, 60_000), lib_pictures.TOO_MANY_PIXELS),
        (bomb(6_000, 7_000), lib_pictures.TOO_MANY_PIXELS),
        (bomb(10, 16_001), lib_pictures.TOO_MANY_PIXELS),
        (b"%PDF-" + b"x" * 10 * 1024 * 1024, files.TOO_LARGE),
    ],
    ids=[
        "empty",
        "text",
        "page",
        "archive",
        "gif",
        "svg",
        "cut",
        "100mp",
        "3600mp",
        "42mp",
        "long",
        "10mb",
    ],
)
def test_everything_else_is_refused_with_what_to_do(content: bytes, said: str):
    with pytest.raises(FileRefusedError) as refusal:
        made_from(content)
    assert str(refusal.value) == said


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of words in EXIF that end too early
def test_bytes_that_somebody_has_bent_end_in_a_refusal_or_a_picture():
    dice = Random(6)  # noqa: S311 - bends bytes, and the same ones each time
    seeds = [from_a_camera(OWNER), drawn(), drawn(kind="WEBP"), drawn(mode="P"), drawn(mode="1")]
    taken = 0
    for _ in range(400):
        bent = bytearray(dice.choice(seeds))
        for _ in range(dice.randint(1, 6)):
            bent[dice.randrange(len(bent))] = dice.randrange(256)
        with suppress(FileRefusedError):
            taken += made_from(bytes(bent)).width is not None
    assert 10 < taken < 390


@pytest.mark.parametrize(
    ("orientation", "size", "corner"),
    [
        (1, (40, 20), "red"), (2, (40, 20), "blue"), (3, (40, 20), "blue"), (4, (40, 20), "red"),
        (5, (20, 40), "red"), (6, (20, 40), "red"), (7, (20, 40), "blue"), (8, (20, 40), "blue"),
        (9, (40, 20), "red"),
    ],
)  # fmt: skip
def test_a_picture_stands_as_the_camera_was_held(orientation: int, size, corner: str):
    """The left half of the stored picture is red: by tag 0x0112 it is seen left, right, up or down."""
    image = Image.new("RGB", (40, 20), "blue")
    image.paste("red", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    output = BytesIO()
    image.save(output, "PNG", exif=exif)
    made = made_from(output.getvalue())
    shown = Image.open(BytesIO(made.sizes[0])).convert("RGB")
    pixel = shown.getpixel((2, 2))
    assert isinstance(pixel, tuple)
    assert shown.size == size
    assert ("red" if pixel[0] > pixel[2] else "blue") == corner


def test_staff_bring_a_picture_and_say_what_it_shows(staff_client: SiteClient, media: Path):
    assert bring(staff_client, drawn(), alt="The front").status_code == 302
    file = File.objects.get()
    assert (file.name, file.alt, file.is_picture) == ("front", "The front", True)
    page = read(staff_client.get(f"/admin/pages/file/{file.pk}/change/"))
    assert "{picture:front}" in page.texts("div", **{"class": "readonly"})
    staff_client.fill_in(f"/admin/pages/file/{file.pk}/change/", {"alt": "The front at night"})
    file.refresh_from_db()
    assert file.alt == "The front at night"


@pytest.mark.parametrize(
    ("said", "content", "message"),
    [
        ({"alt": ""}, drawn(), "This field is required."),
        ({"alt": " "}, drawn(), "This field is required."),
        ({"name": "../front"}, drawn(), "Write small letters, digits and hyphens."),
        ({"name": "Front"}, drawn(), "Write small letters, digits and hyphens."),
        ({"name": "there"}, drawn(), "There is a picture or file with this name already."),
        ({}, drawn((30, 30)), "This is here already, as “there”."),
        ({}, b"<svg/>", files.SVG),
    ],
)
def test_mistakes_are_said_and_nothing_is_stored(
    staff_client: SiteClient, media: Path, said, content, message
):
    file_services.add_file(made_from(drawn((30, 30))), name="there", alt="There")
    before = stored(media)
    answer = bring(staff_client, content, **said)
    assert message in read(answer).texts("li", inside="ul.errorlist")
    assert (File.objects.count(), stored(media)) == (1, before)


def test_twenty_megabytes_are_refused_before_anything_reads_them(staff_client: SiteClient):
    answer = bring(staff_client, b"x" * 20 * 1024 * 1024)
    assert (answer.status_code, File.objects.count()) == (413, 0)


def test_a_page_shows_a_picture_with_its_words_and_a_file_as_a_link(
    client: SiteClient, front: File
):
    file_services.add_file(made_from(b"%PDF-1.7"), name="prices", alt="All prices")
    body = "{picture:front}\n\n{file:prices}\n"
    services.edit_page("/about/", title="A", description="B", body=body)
    page = read(client.get("/about/"))
    (image,) = page.attributes("img", inside="article")
    assert (image["src"], image["alt"]) == (front.url, "The front")
    assert (image["width"], image["height"], image["loading"]) == ("1000", "500", "lazy")
    (source,) = page.attributes("source", inside="picture")
    assert source["srcset"].split(", ") == [f"{url} {width}w" for url, width in front.sizes]
    (link,) = page.find("a", inside="article")
    assert (link.text, "download" in link.attributes) == ("All prices", True)


@pytest.mark.parametrize(("column", "kind"), [("original", "image/jpeg"), ("small", "image/webp")])
def test_a_picture_is_given_out_for_a_year_and_runs_nothing(
    client: SiteClient, front: File, column: str, kind: str
):
    answer: Any = client.get(f"/{getattr(front, column).name}")
    assert b"".join(answer.streaming_content)[:2] in (b"\xff\xd8", b"RI")
    assert {name: answer.headers[name] for name in (
        "Content-Type", "Cache-Control", "Content-Security-Policy", "X-Content-Type-Options",
    )} == {
        "Content-Type": kind,
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none';frame-ancestors 'none';sandbox",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    assert list(answer.cookies) == []


def test_a_file_is_saved_and_not_opened(client: SiteClient):
    file = file_services.add_file(made_from(b"%PDF-1.7"), name="prices", alt="Prices")
    answer: Any = client.get(file.url, headers={"cookie": "a=b"})
    b"".join(answer.streaming_content)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="prices.pdf"'
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_nothing_is_stored_of_an_answer_to_somebody_who_is_signed_in(
    signed_in: SiteClient, front: File
):
    answer: Any = signed_in.get(front.url)
    b"".join(answer.streaming_content)
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path",
    [
        f"/files/{'0' * 20}/front.jpg",
        f"/files/{'0' * 20}/../../settings.py",
        "/files/..%2f..%2fetc/passwd.jpg",
        f"/files/{'0' * 20}/front.svg",
    ],
)
def test_what_is_not_there_is_not_found(client: SiteClient, path: str):
    assert client.get(path).status_code == 404


def test_a_picture_that_a_page_shows_or_will_show_stays(staff_client: SiteClient, front: File):
    about = Page.objects.get(path="/about/")
    later = timezone.now() + timedelta(days=1)
    page = f"/admin/pages/file/{front.pk}"
    for at in (None, later, timezone.now()):
        services.save_text(about, text=Text("A", "B", f"{at} \n\n{{picture:front}}"), publish_at=at)
        answer = staff_client.post(f"{page}/delete/", {"post": "yes"}, follow=True)
        assert "/about/ shows it. Take it out of the text first." in answer.content.decode()
    assert File.objects.count() == 1
    assert "/about/" in read(staff_client.get(f"{page}/change/")).texts("div", inside="fieldset")


def test_one_that_no_page_shows_is_listed_and_goes_with_all_its_sizes(
    staff_client: SiteClient, front: File, media: Path, django_capture_on_commit_callbacks
):
    file_services.add_file(made_from(b"%PDF-1.7"), name="prices", alt="Prices")
    services.edit_page("/about/", title="A", description="B", body="{file:prices}")
    listed = {
        use: read(staff_client.get(f"/admin/pages/file/?use={use}")).texts(
            "th", **{"class": "field-name"}
        )
        for use in ("no", "yes", "maybe")
    }
    assert {use: [name.split()[0] for name in names] for use, names in listed.items()} == {
        "no": ["front"],
        "yes": ["prices"],
        "maybe": ["front", "prices"],
    }
    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(f"/admin/pages/file/{front.pk}/delete/", {"post": "yes"})
    assert (File.objects.count(), stored(media)) == (1, ["prices.pdf"])
    assert len(list((media / "files").iterdir())) == 1


def test_a_name_that_a_shipped_text_shows_is_in_use(settings, tmp_path: Path, monkeypatch):
    texts = {"/about/": Text("A", "B", "{picture:front}\n")}

    def shipped(path: str) -> Text:
        if path not in texts:
            raise ContentError(path)
        return texts[path]

    monkeypatch.setattr(file_services, "shipped_text", shipped)
    assert file_services.names_in_use() == {"front": ["/about/"]}
