"""A page from the first draft to its end, by two members of staff, as visitors see it all the while."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from pages.models import File, Page
from sens_site.lib.cache.content_stamp import stamp_of_today
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_staff
from tests.pages.pictures import drawn
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

ADD = "/admin/pages/page/add/"
TEXT = """{picture:workshop}

## Who we look for

People who like [batteries](/products/).

{embed:youtube dQw4w9WgXcQ A day in the workshop}
"""


@pytest.fixture
def colleague() -> SiteClient:
    client = SiteClient()
    client.force_login(make_staff("second"))
    return client


def test_a_page_is_begun_published_changed_by_two_moved_and_ended(
    staff_client, colleague, client, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = str(tmp_path)
    upload = SimpleUploadedFile("IMG_2031.JPG", drawn((600, 300), "JPEG"))
    picture = {"name": "workshop", "alt": "Two people at a bench", "upload": upload}
    staff_client.post("/admin/pages/file/add/", picture)

    about = Page.objects.get(path="/about/")
    said = {
        "path": "/about/careers/", "parent": about.pk, "title": "Careers", "body": TEXT,
        "description": "Work with us.", "when": "draft", "in_menu": "on",
    }  # fmt: skip
    staff_client.post(ADD, said)
    page = Page.objects.get(path="/about/careers/")
    edit = f"/admin/pages/page/{page.pk}/change/"
    assert client.get("/about/careers/").status_code == 404

    # Both open the draft, and the second to save sees what the first has written.
    first, second = staff_client.get(edit), colleague.get(edit)
    mine = {**said, **stamp_in(first), "title": "Careers with us"}
    assert staff_client.post(edit, mine).status_code == 302
    clash = colleague.post(edit, {**said, **stamp_in(second), "title": "Jobs", "when": "now"})
    assert clash.status_code == 409
    assert "Careers with us" in read(clash).texts("pre")
    again = {**said, **stamp_in(clash), "title": "Careers", "when": "now"}
    assert colleague.post(edit, again).status_code == 302

    shown = read(client.get("/about/careers/"))
    assert shown.texts("h1") == ["Careers"]
    assert [image["alt"] for image in shown.attributes("img", inside="article")] == [
        "Two people at a bench"
    ]
    picture_of_page = client.get(shown.attributes("img", inside="article")[0]["src"])
    assert (picture_of_page.status_code, picture_of_page.headers["Content-Type"]) == (
        200,
        "image/jpeg",
    )
    assert b"".join(picture_of_page.streaming_content)[:2] == b"\xff\xd8"
    assert shown.find("iframe") == []
    assert "A day in the workshop" in shown.texts("strong", inside="figure.embed")
    menu = [link["href"] for link in shown.attributes("a", inside="nav.menu")]
    assert "/about/careers/" in menu
    assert "/about/careers/" in client.get("/sitemap.xml").content.decode()

    staff_client.fill_in(f"/admin/pages/page/{page.pk}/address/", {"path": "/careers/"})
    moved = client.get("/about/careers/")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/careers/")

    tomorrow = timezone.localtime() + timedelta(days=1)
    with django_capture_on_commit_callbacks(execute=True):
        staff_client.fill_in(
            f"/admin/pages/page/{page.pk}/expiry/",
            {"expires_at": tomorrow.strftime("%Y-%m-%dT%H:%M")},
        )
    assert client.get("/careers/").status_code == 200
    with time_machine.travel(tomorrow):
        stamp_of_today()
        assert client.get("/careers/").status_code == 404
        assert "/careers/" not in client.get("/about/").content.decode()
    assert File.objects.count() == 1
