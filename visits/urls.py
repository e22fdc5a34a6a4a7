"""The address of the visit statistics."""

from django.urls import path

from visits import views

app_name = "visits"
urlpatterns = [
    path("", views.report, name="report"),
]
