"""Addresses of the promises."""

from django.urls import path

from privacy.promises import machine_views, views

app_name = "promises"
urlpatterns = [
    path("privacy/promises/", views.promise_board, name="promises"),
    path("privacy/promises.json", machine_views.promises_json, name="json"),
    path("privacy/promises/feed.atom", machine_views.feed, name="feed"),
    path("privacy/promises/log.txt", machine_views.log, name="log"),
    path("privacy/promises/runs/<int:number>.json", machine_views.run_json, name="run"),
    path("privacy/verify.py", machine_views.verifier, name="verifier"),
    path("privacy/p/<int:number>/", views.promise_page, name="promise"),
]
