"""Addresses of the newsletter room."""

from django.urls import URLPattern, path

from newsletter import archive_views

app_name = "newsletter"
urlpatterns: list[URLPattern] = [
    path("newsletter/issues/", archive_views.issues, name="issues"),
    path("newsletter/issues/feed.atom", archive_views.issues_feed, name="issues_feed"),
    path("newsletter/issues/<slug:slug>/", archive_views.issue, name="issue"),
]
