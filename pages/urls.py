"""Addresses of the content pages: one for each node of the tree whose text lives here."""

from django.urls import path

from pages import views
from pages.navigation import walk

app_name = "pages"
urlpatterns = [
    path(node.path.lstrip("/"), views.content_page, name="home" if node.path == "/" else None)
    for node in walk()
    if node.content
]
