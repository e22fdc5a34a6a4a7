"""What rehearsals of the promises need of rooms that know no promises: the search, and the outbox."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.promises.visitor import Visitor
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import SUPERUSER, Send, also_open, makes_rows, plays
from search import services
from search.models import Synonym

# Something, a mistyped word, nothing, and what is typed by mistake.
also_open("/search/?q=cookies", "/search/?q=cookys", "/search/?q=xyzzyx", "/search/?q=%22+OR+*+%00")


@makes_rows
def words_of_the_search(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Say that two words mean the same, and miss a third."""
    services.save_synonym(Synonym(words="played for a check, played for a look"))
    services.count_misses({(timezone.localdate(), "played for a check"): 1})


@plays(SUPERUSER, "/admin/outbox/outboxmail/")
def tries_parked_mail_again(visitor: Visitor, send: Send) -> None:
    """Choose a mail that was given up, and be asked whether to send it all the same."""
    now = timezone.now()
    mail = OutboxMail.objects.create(
        message_id="<a-check@example.com>", sender="a-check@example.com", subject="A check",
        recipient="a-check@example.com", message=b"", parked_at=now,
    )  # fmt: skip
    desk = "/admin/outbox/outboxmail/"
    boxes = send("GET", desk).page.all("input")
    hidden = {one.get("name"): one.get("value") for one in boxes if one.get("type") == "hidden"}
    data = {**hidden, "action": "try_again", "_selected_action": str(mail.pk)}
    send("POST", desk, data)
    send("POST", desk, {**data, "confirmed": "yes"})
