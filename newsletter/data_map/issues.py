"""What is held about issues: nothing about who got them."""

from privacy.datamap.registry import not_about_people

not_about_people(
    "newsletter.Issue",
    "an issue of the newsletter, and how many of its mails went out",
    "id", "title", "slug", "summary", "body", "checklist", "state", "scheduled_at", "started_at",
    "finished_at", "findings", "refused_because", "reached", "queued", "sent", "came_back",
)  # fmt: skip
not_about_people("newsletter.Issue_topics", "topics of an issue", "id", "issue", "topic")
