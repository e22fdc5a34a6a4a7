"""Addresses of the content pages: one for each node of the tree whose text lives here."""

from django.urls import path

from pages import for_machines, views
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
    path("sitemap.xml", for_machines.sitemap_xml, name="sitemap"),
    path("robots.txt", for_machines.robots_txt),
    path(".well-known/security.txt", for_machines.security_txt),
    path("favicon.ico", for_machines.favicon),
    path("apple-touch-icon.png", for_machines.touch_icon),
]
