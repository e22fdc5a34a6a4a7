"""Addresses of the search room."""

from django.urls import URLPattern

app_name = "search"
urlpatterns: list[URLPattern] = []
