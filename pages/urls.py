"""Addresses of the content pages: those to which code leads by name, then whatever the tree holds."""

from typing import Any

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from pages import robots_and_sitemap, views
from pages.navigation import FIXED
from pages.tree import live_tree, redirects

app_name = "pages"


class PageConverter(StringConverter):
    """Matches the address of a page that can be seen now, and gives the view that page."""

    regex = r"(?:[a-z0-9]+(?:-[a-z0-9]+)*/)+"

    def to_python(self, value: str) -> Any:
        """Refuse what is no page: the address goes on to whoever else may have it."""
        trail = live_tree().trails.get(f"/{value}")
        if trail is None or not trail[-1].content:
            raise ValueError
        return trail[-1]


class OldAddressConverter(StringConverter):
    """Matches an address from which staff lead elsewhere, and gives the view where to."""

    regex = ".+"

    def to_python(self, value: str) -> str:
        """Refuse all others."""
        new = redirects().get(f"/{value}")
        if new is None:
            raise ValueError
        return new


register_converter(PageConverter, "page")
register_converter(OldAddressConverter, "old_address")


def _name_of(address: str) -> str:
    return "home" if address == "/" else address.strip("/").replace("/", "-")


urlpatterns = [
    *(
        path(address.lstrip("/"), views.content_page, name=_name_of(address))
        for address in sorted(FIXED)
    ),
    path("sitemap/", views.site_map, name="site_map"),
    path("sitemap.xml", robots_and_sitemap.sitemap_xml, name="sitemap"),
    path("robots.txt", robots_and_sitemap.robots_txt),
    path(".well-known/security.txt", robots_and_sitemap.security_txt),
    path("favicon.ico", robots_and_sitemap.favicon),
    path("share.png", robots_and_sitemap.share_picture),
    path("apple-touch-icon.png", robots_and_sitemap.touch_icon),
    re_path(
        r"^files/(?P<digest>[0-9a-f]{20})/(?P<name>[a-z0-9-]{1,60})\.(?P<ending>jpg|webp|pdf|zip|docx|xlsx)$",
        views.stored_file,
        name="stored_file",
    ),
    path("<page:node>", views.content_page, name="page"),
    path("<old_address:new>", views.moved, name="moved"),
]
