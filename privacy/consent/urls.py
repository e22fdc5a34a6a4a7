"""Addresses of the consent part."""

from django.urls import path

from privacy.consent import views
from privacy.consent.cookie_check import kept

app_name = "consent"
urlpatterns = [
    path("cookies/", views.cookies_page, name="cookies"),
    path("cookies/choose/", views.choose, name="choose"),
    path("cookies/empty-cache.css", views.empty_cache, name="empty-cache"),
    path("cookies/kept/", kept, name="kept"),
    path("cookies/receipt/", views.receipt_page, name="receipt"),
    path("cookies/receipt/consent-receipt.json", views.receipt_file, name="receipt-file"),
    path("cookies/load-once/", views.load_once, name="load-once"),
    path(".well-known/gpc.json", views.gpc_support, name="gpc"),
]
