"""What search engines, security researchers and browsers ask for by a fixed address."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.tree import live_tree
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.public_pages import public_pages

SECURITY_TXT_DAYS = 180
ICON = settings.CONTENT_DIR / "static" / "img" / "icon.svg"
SHARE_PICTURE = settings.CONTENT_DIR / "static" / "img" / "share.png"
TOUCH_ICON = settings.CONTENT_DIR / "static" / "img" / "icon.png"


class PublicSitemap(Sitemap[str]):
    """Every page that is worth finding, under the origin from the settings.

    Not under the request's Host: whoever sends a request chooses that.
    """

    def items(self) -> list[str]:
        """Return what the rooms tell of, and what stands in the tree besides."""
        self.changed_at = {page.path: page.changed_at for page in public_pages()}
        tree = (node.path for node in live_tree().walk() if node.indexed)
        return list(dict.fromkeys((*tree, *self.changed_at)))

    def location(self, item: str) -> str:
        """Return the path."""
        return item

    def lastmod(self, item: str) -> dt.datetime | None:
        """Return when what the page says last changed, where that is known."""
        return self.changed_at.get(item)

    def get_protocol(self, protocol: str | None = None) -> str:
        """Return the scheme of the site's origin."""
        return urlsplit(settings.SITE_ORIGIN).scheme

    def get_domain(self, site: object = None) -> str:
        """Return host and port of the site's origin."""
        return urlsplit(settings.SITE_ORIGIN).netloc


@require_safe
@shared_page
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """Answer /sitemap.xml."""
    return sitemap_view(request, sitemaps={"pages": PublicSitemap()}).render()


@require_safe
@shared_page
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Answer /robots.txt: everything public may be read."""
    lines = (
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Allow: /accounts/login/",
        "Allow: /accounts/register/",
        f"Sitemap: {settings.SITE_ORIGIN}/sitemap.xml",
    )
    return _text(lines)


@require_safe
@shared_page
def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer /.well-known/security.txt (RFC 9116). Its end moves on daily, well within a year."""
    expires = timezone.localdate() + dt.timedelta(days=SECURITY_TXT_DAYS)
    lines = (
        f"Contact: {settings.SITE_ORIGIN}/contact/webmaster/",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_ORIGIN}/.well-known/security.txt",
    )
    return _text(lines)


@require_safe
@shared_page
def favicon(request: HttpRequest) -> HttpResponse:
    """Answer browsers that ask here without having been told to."""
    return HttpResponse(ICON.read_bytes(), content_type="image/svg+xml")


@require_safe
@shared_page
def touch_icon(request: HttpRequest) -> HttpResponse:
    """Give a phone the picture for its home screen; it asks here where no page names another."""
    return HttpResponse(TOUCH_ICON.read_bytes(), content_type="image/png")


@require_safe
@shared_page
def share_picture(request: HttpRequest) -> HttpResponse:
    """Give what stands beside a link to a page of ours, under an address that others may keep."""
    return HttpResponse(SHARE_PICTURE.read_bytes(), content_type="image/png")


def _text(lines: tuple[str, ...]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
