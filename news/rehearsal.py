"""What rehearsals of the promises need of this room: an announcement with all that it may hold."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from news import services
from news.models import NewsCategory
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import makes_rows
from sens_site.lib.texts import Text

WORDS = "Played for a check"
DOCUMENTS = "/privacy/history/ All versions of the policy"


@makes_rows
def news_of_staff(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Publish an announcement, plan another text for it, and begin a second one."""
    category = NewsCategory.objects.create(slug="played-for-a-check", name=WORDS)
    about: dict[str, Any] = {"category": category, "documents": DOCUMENTS, "by": staff}
    now = timezone.now()
    item = services.create_item(
        slug="played-for-a-check",
        text=Text(WORDS, "Gone in a moment.", "A text.\n"),
        publish_at=now,
        **about,
    )
    for words, at in (("Planned", now + timedelta(days=1)), ("Begun", None)):
        services.save_text(item, text=Text(words, words, words), by=staff, publish_at=at)
    services.create_item(slug="begun-for-a-check", text=Text("Begun", "Begun", "Begun"), **about)
