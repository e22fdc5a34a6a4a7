"""Addresses of the newsletter room. What stands in angle brackets as a token is secret."""

from django.urls import URLPattern, path

from newsletter import archive_views, views

app_name = "newsletter"
urlpatterns: list[URLPattern] = [
    path("newsletter/", views.sign_up, name="sign_up"),
    path("newsletter/code/<str:token>/", views.code, name="code"),
    path("newsletter/confirm/<str:token>/", views.confirm, name="confirm"),
    path("newsletter/refuse/<str:token>/", views.refuse, name="refuse"),
    path("newsletter/preferences/<str:token>/", views.preferences, name="preferences"),
    path("newsletter/unsubscribe/", views.lost_link, name="lost_link"),
    path("newsletter/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("newsletter/done/", views.done, name="done"),
    path("newsletter/yours/", views.yours, name="yours"),
    path("newsletter/issues/", archive_views.issues, name="issues"),
    path("newsletter/issues/feed.atom", archive_views.issues_feed, name="issues_feed"),
    path("newsletter/issues/<slug:slug>/", archive_views.issue, name="issue"),
]
