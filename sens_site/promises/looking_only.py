"""A promise about colleagues who may look, and no more: what they can send changes nothing."""

from typing import Any

from django.apps import apps
from django.contrib.admin import site as desk
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from sens_site.promises.access import DESK, Somebody, desk_pages, new_mark
from sens_site.promises.desk_rights import ABOUT_PEOPLE, LOOK_AT
from sens_site.promises.desk_rows import must_be_refused, played_rows

MORE_THAN_A_PAGE = "attachment"
"""How an answer begins that leaves the desk as a file."""
ADD = "add"
BESIDE_A_ROW = ("check", "photo")
"""What belongs to looking: to compare a receipt that somebody shows, and what came with a message."""


@promise("security.against-misuse", look=Look.REHEARSAL)
def who_may_only_look_changes_nothing(site: RunningSite) -> Evidence:
    """Somebody with nothing but the rights to view sends each action of each list of the desk."""
    sent = 0
    with site.rehearsal():
        person = Somebody(site)
        unsent = OutboxMail.objects.filter(sent_at__isnull=True)
        unsent.update(parked_at=timezone.now())  # what is given up can be tried again
        visitor = _somebody_who_may_look(site)
        token = next(
            box.get("value")
            for box in visitor.get(DESK).page.all("input")
            if box.get("name") == "csrfmiddlewaretoken"
        )
        for table in sorted(ABOUT_PEOPLE):
            model: Any = apps.get_model(table)
            newest = model._base_manager.order_by("-pk").values().first()
            if not desk.is_registered(model) or newest is None:
                continue
            at_the_desk = desk.get_model_admin(model)
            path = f"{DESK}{table.replace('.', '/')}/"
            for action in (*map(_name_of, at_the_desk.actions or ()), "delete_selected"):
                data = {
                    "csrfmiddlewaretoken": token,
                    "action": action,
                    "_selected_action": str(newest["id"]),
                    "post": "yes",
                    "confirmed": "yes",
                    "note": "A check",
                }
                answer = visitor.post(path, data)
                sent += 1
                said = answer.header("Content-Disposition")
                require(
                    not said.startswith(MORE_THAN_A_PAGE), f"who may look at {table} gets a file"
                )
                left = model._base_manager.filter(pk=newest["id"]).values().first()
                require(left == newest, f"who may only look at {table} can change it by “{action}”")
        rows = played_rows(person.user, person.mark, person.email)
        for path, table, page in desk_pages({**rows, "accounts.user": person.user.pk}):
            changes = page == ADD or table in ABOUT_PEOPLE
            if changes and page not in (*LOOK_AT, *BESIDE_A_ROW):
                must_be_refused(visitor.get(path), "who may only look", page)
                sent += 1
    require(sent > len(ABOUT_PEOPLE), "the actions of the desk were not found")
    return Evidence(
        "Played through for this check, a colleague with no other right than to look sent each action "
        "of the desk, changed nothing by it and got no file, and found all that changes shut.",
        {"actions sent and pages opened": sent},
    )


def _name_of(action: Any) -> str:
    return action if isinstance(action, str) else str(action.__name__)


def _somebody_who_may_look(site: RunningSite) -> Visitor:
    word = new_mark()
    user = get_user_model().objects.create_user(
        username=word, email=f"{word}@example.com", is_staff=True
    )
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    apps.get_model("mfa", "Authenticator").objects.create(
        user=user, type="totp", data={"secret": word}
    )
    visitor = site.visitor()
    visitor.sign_in(user)
    return visitor
