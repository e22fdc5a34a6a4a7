"""Addresses of the four parts, under one namespace."""

from privacy.consent.urls import urlpatterns as consent_urls
from privacy.datamap.urls import urlpatterns as datamap_urls
from privacy.policy.promises.urls import urlpatterns as promise_urls
from privacy.policy.urls import urlpatterns as policy_urls
from privacy.rights.urls import urlpatterns as rights_urls

app_name = "privacy"
urlpatterns = [*datamap_urls, *promise_urls, *policy_urls, *consent_urls, *rights_urls]
