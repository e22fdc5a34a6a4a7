"""Addresses of the content pages: one for each node of the tree whose text lives here."""

from django.urls import path

from pages import robots_and_sitemap, views
from pages.navigation import Node, walk

app_name = "pages"


def _name_of(node: Node) -> str:
    return "home" if node.path == "/" else node.path.strip("/").replace("/", "-")


urlpatterns = [
    *(
        path(node.path.lstrip("/"), views.content_page, name=_name_of(node))
        for node in walk()
        if node.content
    ),
    path("sitemap/", views.site_map, name="site_map"),
    path("sitemap.xml", robots_and_sitemap.sitemap_xml, name="sitemap"),
    path("robots.txt", robots_and_sitemap.robots_txt),
    path(".well-known/security.txt", robots_and_sitemap.security_txt),
    path("favicon.ico", robots_and_sitemap.favicon),
    path("apple-touch-icon.png", robots_and_sitemap.touch_icon),
]
