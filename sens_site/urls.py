"""All addresses of the site. The only module that knows every room."""

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = "SENS site administration"
admin.site.site_title = "SENS administration"
admin.site.index_title = "What to do next"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("contact/", include("contact.urls")),
    path("", include("privacy.urls")),
    path("", include("pages.urls")),
]

handler400 = "sens_site.errors.bad_request"
handler403 = "sens_site.errors.forbidden"
handler404 = "sens_site.errors.not_found"
handler500 = "sens_site.errors.server_error"
