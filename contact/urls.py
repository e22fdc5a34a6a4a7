"""Addresses of the contact room."""

from django.urls import path

from contact import views

app_name = "contact"
urlpatterns = [
    path("webmaster/", views.webmaster, name="webmaster"),
    path("webmaster/thanks/", views.thanks, name="thanks"),
]
