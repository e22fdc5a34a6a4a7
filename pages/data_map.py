"""What this room holds: texts and pictures of pages. Who wrote a text is cut off with the account."""

from privacy.datamap.registry import not_about_people

not_about_people(
    "pages.Page",
    "a page of the site and its place",
    "id", "path", "shipped", "label", "parent", "position", "in_menu", "hidden", "expires_at",
    "shipped_digest", "shipped_since",
)  # fmt: skip
not_about_people(
    "pages.PageRevision",
    "a text of the site; its author is cut off when the account goes",
    "id", "page", "title", "description", "body", "author", "created_at", "publish_at",
)  # fmt: skip
not_about_people(
    "pages.Redirect",
    "an address at which a page once was",
    "id", "old", "new", "created_at",
)  # fmt: skip
not_about_people(
    "pages.File",
    "a picture or file of the site, without what the camera wrote into it",
    "id", "name", "alt", "digest", "original", "small", "medium", "large", "width", "height",
    "size", "created_at",
)  # fmt: skip
