"""What this room holds: announcements. Who wrote a text is cut off with the account."""

from privacy.datamap.registry import not_about_people

not_about_people("news.NewsCategory", "what announcements are about", "id", "slug", "name")
not_about_people(
    "news.NewsItem",
    "an announcement of the company",
    "id", "slug", "shipped", "category", "documents", "published_at", "hidden", "expires_at",
)  # fmt: skip
not_about_people(
    "news.NewsRevision",
    "a text of an announcement; its author is cut off when the account goes",
    "id", "item", "title", "description", "body", "author", "created_at", "publish_at",
)  # fmt: skip
