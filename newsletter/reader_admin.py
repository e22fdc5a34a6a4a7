"""Readers and topics at the desk. Nobody edits what a reader has agreed to, and nobody adds one."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from newsletter.import_admin import ImportMixin
from newsletter.models import Subscriber, Topic
from newsletter.subscribing import release_held
from newsletter.topics import save_topic
from newsletter.unsubscribing import end_subscription
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.read_only import FixedRowsMixin
from sens_site.lib.admin.steps import Step, StepsAdmin
from sens_site.lib.admin.to_do import Task

State = Subscriber.State
LIST = "changelist"

STEPS: tuple[Step[Subscriber], ...] = (
    Step(
        slug="release",
        label="Write to this address",
        question=(
            "It is asked whether it wants the newsletter, as after every sign-up. Do so only where "
            "this looks like a person."
        ),
        done="Asked for a confirmation.",
        run=lambda reader, by, data: release_held(reader),
        offered=lambda reader: reader.state == State.HELD,
    ),
    Step(
        slug="end",
        label="Unsubscribe",
        question=(
            "For a reader who has asked for it by telephone or letter. The address is deleted, what "
            "waits to be sent is not sent, and a keyed hash stays so that nobody writes again."
        ),
        done="Unsubscribed.",
        run=lambda reader, by, data: end_subscription(reader),
        offered=lambda reader: True,
        danger=True,
        then=LIST,
    ),
)


@admin.register(Subscriber)
class SubscriberAdmin(ImportMixin, StepsAdmin[Subscriber]):
    """Who reads, since when and by which proof."""

    steps = STEPS
    step_right = "newsletter.change_subscriber"
    back_label = "Back to the reader"
    not_offered = "Nothing was changed: this can no longer be done."
    refusals = {Subscriber.DoesNotExist: not_offered}
    list_display = ("email", "state", "confirmed_at", "confirmed_by", "parked_because")
    list_filter = ("state", "parked_because", "source", "topics")
    search_fields = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "state", "reads", "source")}),
        (
            "Proof",
            {"fields": ("created_at", "confirmed_at", "confirmed_by", "words", "policy_version",
                        "proof")},
        ),
        (
            "Mail",
            {"fields": ("written_at", "reminded_at", "bounced_at", "soft_bounces", "parked_at",
                        "parked_because")},
        ),
    )  # fmt: skip

    def to_do(self) -> list[Task]:
        """Tell the front page what a person has to look at."""
        held = Subscriber.objects.filter(state=State.HELD).count()
        return [
            Task(
                held,
                "newsletter sign-up held as suspected spam",
                "newsletter sign-ups held as suspected spam",
                "?state__exact=held",
            )
        ]

    @admin.display(description="topics")
    def reads(self, reader: Subscriber) -> str:
        return ", ".join(topic.title for topic in reader.topics.all()) or "none"

    @admin.display(description="words that were shown")
    def words(self, reader: Subscriber) -> str:
        return reader.wording.text if reader.wording else "none"

    def _url(self, page: str, row: Subscriber) -> str:
        """After the last step there is no page of the reader's own."""
        if page == LIST:
            return reverse("admin:newsletter_subscriber_changelist")
        return super()._url(page, row)


@admin.register(Topic)
class TopicAdmin(EditStampMixin[Topic], FixedRowsMixin, admin.ModelAdmin[Topic]):
    """What is on offer. A topic that somebody reads is not deleted, but offered no more."""

    list_display = ("title", "readers", "active", "position")
    fieldsets: ClassVar = [
        (
            None,
            {
                "fields": ("title", "slug", "description", "position", "active"),
                "description": "Readers keep a topic that is not offered any more.",
            },
        )
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("newsletter.add_topic")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        rows: Any = super().get_queryset(request)
        with_readers: QuerySet[Topic] = rows.with_readers()
        return with_readers

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A topic keeps its name in addresses and feeds."""
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("title",)}

    def save_model(self, request: HttpRequest, obj: Topic, form: Any, change: bool) -> None:
        save_topic(obj)

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """Say it without the words of the topic: it stands in the session until it is read (law 10)."""
        super().message_user(request, "The topic is saved.", *args, **kwargs)

    @admin.display(description="readers", ordering="readers")
    def readers(self, topic: Any) -> int:
        """How many have confirmed and get it."""
        return int(topic.readers)
