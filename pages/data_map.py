"""What this room holds: texts of pages, and nothing about anybody."""

from privacy.datamap.registry import not_about_people

not_about_people(
    "pages.PageText",
    "a text of the site",
    "id", "path", "title", "description", "body", "updated_at",
)  # fmt: skip
