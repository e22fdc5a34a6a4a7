"""Addresses of the four parts, under one namespace."""

from django.urls import URLPattern

app_name = "privacy"
urlpatterns: list[URLPattern] = []
