"""Addresses of the news room. The text above the list is a page, which staff edit."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from news import views


class Year(IntConverter):
    """A year in four digits."""

    regex = "[0-9]{4}"


register_converter(Year, "year")

app_name = "news"
urlpatterns = [
    path("news/", views.news_list, name="list"),
    path("news/feed.atom", views.feed, name="feed"),
    path("news/categories/<slug:slug>/", views.category_list, name="category"),
    path("news/<year:year>/", views.year_list, name="year"),
    path("news/<year:year>/<slug:slug>/", views.item_page, name="item"),
]
