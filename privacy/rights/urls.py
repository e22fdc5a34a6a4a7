"""Addresses of the request desk. What stands in angle brackets is secret and names nobody."""

from django.urls import path

from privacy.rights import views

STATUS = "privacy/request/<str:reference>/<str:token>/"

app_name = "rights"
urlpatterns = [
    path("privacy/choices/", views.choices, name="choices"),
    path("privacy/choices/sent/", views.sent, name="request_sent"),
    path("privacy/requests/", views.public_figures, name="requests"),
    path("privacy/confirm/<str:token>/", views.confirm_identity, name="confirm_identity"),
    path("privacy/copy/<str:token>/", views.fetch_export, name="fetch_export"),
    path(STATUS, views.request_status, name="request_status"),
    path(f"{STATUS}link/", views.ask_again, name="request_ask_again"),
    path(f"{STATUS}withdraw/", views.withdraw, name="request_withdraw"),
]
