"""All addresses of the site. The only module that knows every room."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path, register_converter
from django.views.generic import RedirectView

from sens_site import machine_views, probe_views
from sens_site.errors import no_such_page

admin.autodiscover()
admin.site.site_header = f"{settings.COMPANY.short_name} site administration"
admin.site.site_title = f"{settings.COMPANY.short_name} administration"
admin.site.index_title = "What to do next"

register_converter(machine_views.PageAddress, "page_address")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    # Password managers look there (W3C, A Well-Known URL for Changing Passwords).
    path(
        ".well-known/change-password",
        RedirectView.as_view(pattern_name="account_change_password"),
        name="well_known_change_password",
    ),
    path("contact/", include("contact.urls")),
    path("visits/", include("visits.urls")),
    path("", include("downloads.urls")),
    path("", include("newsletter.urls")),
    path("", include("news.urls")),
    path("", include("search.urls")),
    path("", include("privacy.datamap.urls")),
    path("", include("privacy.promises.urls")),
    path("", include("privacy.policy.urls")),
    path("", include("privacy.consent.urls")),
    path("", include("privacy.rights.urls")),
    path("healthz", probe_views.healthz, name="healthz"),
    path("readyz", probe_views.readyz, name="readyz"),
    path("metrics", probe_views.metrics, name="metrics"),
    path("llms.txt", machine_views.llms_txt, name="llms"),
    path("speculation-rules.json", machine_views.speculation_rules, name="speculation-rules"),
    path("", include("pages.urls")),
    path("<page_address:address>.md", machine_views.markdown_page, name="markdown"),
    re_path("", no_such_page),
]

handler400 = "sens_site.errors.bad_request"
handler403 = "sens_site.errors.forbidden"
handler404 = "sens_site.errors.not_found"
handler500 = "sens_site.errors.server_error"
