"""What rehearsals of the promises need of this room: a page of staff with all that it may hold."""

from datetime import timedelta
from io import BytesIO

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from PIL import Image

from pages import file_services, files, services
from pages.models import Page, Redirect
from pages.navigation import HOME
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import also_open, makes_rows
from sens_site.lib.texts import Text

ADDRESS, OLD_ADDRESS = "/played-for-a-check/", "/played-for-a-check-before/"
BODY = """A text.

{picture:played-for-a-check}

{file:played-for-a-check-too}

{embed:youtube aaaaaaaaaaa A video}
"""

also_open(OLD_ADDRESS, "/played-for-a-check.md", "/index.md")


def picture() -> bytes:
    """Return a small picture."""
    output = BytesIO()
    Image.new("RGB", (20, 10), "green").save(output, "PNG")
    return output.getvalue()


@makes_rows
def pages_of_staff(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Publish a page, plan another text for it and begin a third, and lead an address to it."""
    words = {"alt": "A green field"}
    file_services.add_file(files.made_from(picture()), name="played-for-a-check", **words)
    file_services.add_file(files.made_from(b"%PDF-1.7"), name="played-for-a-check-too", **words)
    now = timezone.now()
    page = services.create_page(
        path=ADDRESS,
        parent=Page.objects.get(path=HOME.path),
        text=Text("Played for a check", "A page that is gone in a moment.", BODY),
        by=staff,
        publish_at=now,
    )
    for words_of, at in (("Planned", now + timedelta(days=1)), ("Begun", None)):
        services.save_text(page, text=Text(words_of, words_of, words_of), by=staff, publish_at=at)
    services.save_redirect(Redirect(old=OLD_ADDRESS, new=ADDRESS))
