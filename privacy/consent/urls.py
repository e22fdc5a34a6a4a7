"""Addresses of the consent part."""

from django.urls import path

from privacy.consent import views

urlpatterns = [
    path("cookies/", views.cookies_page, name="cookies"),
    path("cookies/choose/", views.choose, name="choose"),
]
