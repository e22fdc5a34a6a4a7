"""Addresses of the data map."""

from django.urls import path

from privacy.datamap import views

app_name = "datamap"
urlpatterns = [
    path("privacy/record/", views.record_page, name="record"),
    path("privacy/record.json", views.record_json, name="record_json"),
    path("privacy/portable.schema.json", views.portable_schema, name="portable_schema"),
]
