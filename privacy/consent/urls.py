"""Addresses of the consent part."""

from django.urls import path

from privacy.consent import receipt_views, views
from privacy.consent.cookie_check import kept

app_name = "consent"
urlpatterns = [
    path("cookies/", views.cookies_page, name="cookies"),
    path("cookies/answer/", views.answer, name="answer"),
    path("cookies/choose/", views.choose, name="choose"),
    path("cookies/empty-cache.css", views.empty_cache, name="empty-cache"),
    path("cookies/kept/", kept, name="kept"),
    path("cookies/receipt/", receipt_views.receipt_page, name="receipt"),
    path("cookies/receipt/check/", receipt_views.check_page, name="receipt-check"),
    path("cookies/receipt/consent-receipt.json", receipt_views.receipt_file, name="receipt-file"),
    path(
        "cookies/receipt/consent-receipt-with-notice.json",
        receipt_views.receipt_with_notice,
        name="receipt-with-notice",
    ),
    path("cookies/load-once/", views.load_once, name="load-once"),
    path(".well-known/gpc.json", views.gpc_support, name="gpc"),
]
