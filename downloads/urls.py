"""Addresses of the Download Center. They stand on machines and in manuals: none ever changes.

A version's address has the number of its row, as its label may be corrected.
"""

from django.urls import path, re_path

from downloads import views

app_name = "downloads"
urlpatterns = [
    re_path(r"^d/(?P<code>[A-Za-z0-9]+)/?$", views.short, name="short"),
    path("downloads/", views.listing, name="list"),
    path("downloads/feed.atom", views.feed, name="feed"),
    path("downloads/selection/", views.selection, name="selection"),
    path("downloads/watch/<str:token>/", views.unwatch, name="unwatch"),
    path("downloads/<slug:number>/", views.document, name="document"),
    path("downloads/<slug:number>/label/", views.label, name="label"),
    path("downloads/<slug:number>/code.svg", views.code, name="code"),
    path("downloads/<slug:number>/watch/", views.watch, name="watch"),
    path("downloads/<slug:number>/stop/", views.stop, name="stop"),
    path("downloads/<slug:number>/<int:pk>/", views.document, name="version"),
    path("downloads/<slug:number>/<int:pk>/fetch/", views.fetch, name="fetch"),
    path("downloads/<slug:number>/<int:pk>/file", views.file, name="file"),
]
