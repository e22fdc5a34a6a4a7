"""Addresses of accounts."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.account.urls"))]
