"""Addresses of the promises."""

from django.urls import path

from privacy.promises import views

app_name = "promises"
urlpatterns = [
    path("privacy/promises/", views.promise_board, name="promises"),
    path("privacy/p/<int:number>/", views.promise_page, name="promise"),
]
