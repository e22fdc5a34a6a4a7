"""What is held about issues and to whom they went."""

from privacy.datamap.columns import not_personal, personal
from privacy.datamap.registry import Keep, classify, not_about_people
from privacy.datamap.stores import PROMOTION
from privacy.datamap.subjects import ByAddress
from privacy.datamap.terms import Category

not_about_people(
    "newsletter.Issue",
    "an issue of the newsletter",
    "id", "slug", "title", "body", "state", "scheduled_at", "sent_at",
)  # fmt: skip
not_about_people("newsletter.Issue_topics", "topics of an issue", "id", "issue", "topic")
classify(
    "newsletter.IssueDelivery",
    "Issues that were sent to you",
    activity=PROMOTION,
    subject=ByAddress("subscriber__email", "subscriber__created_at"),
    keep=Keep("retention.newsletter", said="until you unsubscribe"),
    fields={
        "id": not_personal("number of the row"),
        "issue": personal(Category.MARKETING),
        "subscriber": personal(Category.MARKETING),
        "at": personal(Category.MARKETING),
    },
)
