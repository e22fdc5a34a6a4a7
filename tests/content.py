"""The site's own content in the test database, and what a process keeps of it."""

from django.core.cache import caches
from django.core.management import call_command, get_commands

from pages import tree
from privacy.consent import idempotency, services
from privacy.consent.offer import current
from privacy.consent.offer.building import build_offer
from privacy.consent.receipt_views import CHECKS
from search import finding, misses
from search.views import SEARCHES
from sens_site.lib.cache import content_stamp
from sens_site.lib.cache.fragment_cache import forget_fragments
from sens_site.wsgi import ready_member_pages, ready_own_pages, ready_pages
from visits.views import BEGINNINGS

SHIPPED_OFFER = build_offer()


def load() -> None:
    """Load what `make run` loads: policies in force, consent groups. Idempotent, as the command."""
    if "setup_site" in get_commands():
        call_command("setup_site", verbosity=0)


def forget_caches() -> None:
    """Empty what this process keeps between requests."""
    caches["local"].clear()
    forget_fragments()
    tree._last = tree.SHIPPED
    current.use_offer(SHIPPED_OFFER)
    idempotency.forget()
    services.forget_unwritten()
    CHECKS.forget()
    BEGINNINGS.forget()
    SEARCHES.forget()
    finding.NEAREST.forget()
    misses.WAITING.forget()
    content_stamp._own_committed = content_stamp._own_changes
    content_stamp._hour_read = ""
    ready_pages._pages.clear()
    ready_member_pages.forget()
    ready_own_pages.forget()
    ready_pages._looked_at = float("-inf")
