"""Breaks of who may see what: at the desk, at secret addresses, and between customers."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission

from accounts.middleware import StaffSecondFactorMiddleware
from accounts.models import Session, User
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


def no_wall_before_all_pages(hand: Hand) -> None:
    """Each page of the desk stands behind two walls: that of the site, and its own."""
    hand.replace("accounts.admin_site.holds_any_right", lambda *args: True)


@breaks("security.against-misuse")
def all_staff_read_all_messages(hand: Hand) -> None:
    no_wall_before_all_pages(hand)
    hand.replace("contact.admin.ContactMessageAdmin.has_view_permission", lambda *args: True)


@breaks("security.against-misuse")
def steps_for_everybody_at_the_desk(hand: Hand) -> None:
    from privacy.rights.admin import SubjectRequestAdmin

    no_wall_before_all_pages(hand)
    hand.patch.setattr(SubjectRequestAdmin, "step_right", "pages.view_page")


@breaks("security.against-misuse")
def figures_for_everybody_at_the_desk(hand: Hand) -> None:
    no_wall_before_all_pages(hand)
    hand.replace("visits.admin.DailyCountAdmin.has_view_permission", lambda *args: True)


@breaks("security.against-misuse")
def any_secret_opens_any_request(hand: Hand) -> None:
    hand.replace("privacy.rights.secret_links.constant_time_compare", lambda one, other: True)


@breaks("security.against-misuse")
def a_mailed_link_that_never_ends(hand: Hand) -> None:
    hand.replace("privacy.rights.models.MailedLink.is_good", lambda self, now: not self.used_at)


@breaks("security.against-misuse")
def a_mailed_link_for_two_days(hand: Hand) -> None:
    hand.replace("privacy.rights.intake.IDENTITY_LIFE", timedelta(hours=48))


@breaks("security.against-misuse")
def a_copy_that_can_be_fetched_for_ever(hand: Hand) -> None:
    from privacy.rights.models import ExportFile

    hand.patch.setattr(ExportFile, "FETCHES", 1000)


@breaks("security.against-misuse")
def sessions_that_anybody_ends(hand: Hand) -> None:
    def end(user: User, *, handle: str) -> bool:
        found = [one for one in Session.objects.all() if one.handle == handle]
        return any(one.delete() for one in found)

    hand.replace("accounts.services.end_session", end)


@breaks("security.against-misuse", way=Way.CONFIGURATION)
def a_page_that_shows_all_accounts(hand: Hand) -> None:
    hand.replace("accounts.models.SessionQuerySet.of", lambda self, user: self.all())
    names = "{% for one in sessions %}{{ one.user.username }}{% endfor %}"
    end = "{% endblock page %}"
    hand.template("accounts/data.html", (end, names + end))


@breaks("security.against-misuse")
def a_list_of_mails_that_shows_all_purposes(hand: Hand) -> None:
    from django.contrib.admin import ModelAdmin

    from outbox.admin import OutboxMailAdmin

    hand.patch.setattr(OutboxMailAdmin, "get_queryset", ModelAdmin.get_queryset)


@breaks("security.against-misuse", way=Way.CONFIGURATION)
def staff_without_a_second_factor(hand: Hand) -> None:
    factor = "accounts.middleware.StaffSecondFactorMiddleware"
    hand.settings.MIDDLEWARE = [one for one in hand.settings.MIDDLEWARE if one != factor]


@breaks("security.against-misuse")
def a_second_factor_for_the_front_page_of_the_desk_alone(hand: Hand) -> None:
    """Unseen on a machine of one's own too, where nobody is asked for one."""
    hand.settings.STAFF_MFA_REQUIRED = False
    old = StaffSecondFactorMiddleware.__call__

    def front_page_alone(self: Any, request: Any) -> Any:
        return old(self, request) if request.path == "/admin/" else self.get_response(request)

    hand.replace("accounts.middleware.StaffSecondFactorMiddleware.__call__", front_page_alone)


def _may(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


@breaks("security.against-misuse", way=Way.ROWS)
def a_role_that_reads_messages_beside_its_work(hand: Hand) -> None:
    Group.objects.get(name="Editor").permissions.add(_may("view_contactmessage"))


@breaks("security.against-misuse", way=Way.ROWS)
def a_role_of_everybody_that_reads_requests(hand: Hand) -> None:
    Group.objects.create(name="Everybody").permissions.add(_may("view_subjectrequest"))


@breaks("security.against-misuse", way=Way.ROWS)
def an_account_with_a_right_of_its_own(hand: Hand) -> None:
    user = User.objects.create_user("eve", "eve@example.com", is_staff=True)
    user.user_permissions.add(_may("view_outboxmail"))


@breaks("security.against-misuse", way=Way.ROWS)
def a_customer_with_every_right(hand: Hand) -> None:
    User.objects.create_user("eve", "eve@example.com", is_superuser=True)


@breaks("security.administrative", way=Way.CONFIGURATION)
def staff_who_need_no_second_factor(hand: Hand) -> None:
    hand.settings.STAFF_MFA_REQUIRED = False
    hand.settings.SITE_HOST = "www.example.com"


@breaks("security.against-misuse", way=Way.ROWS)
def a_role_that_deletes_requests_beside_its_work(hand: Hand) -> None:
    Group.objects.get(name="Webmaster").permissions.add(_may("delete_subjectrequest"))
