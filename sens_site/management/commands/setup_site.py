"""`manage.py setup_site`: load what the project ships. Run it as often as you like."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from sens_site.lib.deploy.setup_lock import alone_in_set_up

# By name: the rooms do not know each other, and the composition knows them by their services.
STEPS = (
    ("Pages", "pages.services.load_pages"),
    ("Policy versions", "privacy.policy.services.load_bundled_policies"),
    ("Documents", "downloads.shipped.load_documents"),
    ("Consent groups and cookies", "privacy.consent.offer.tables.sync_catalogue"),
    ("Roles of staff", "accounts.roles.load_roles"),
    ("News", "news.services.load_news"),
    ("Topics of the newsletter", "newsletter.topics.load_topics"),
    ("Search index", "search.services.refresh_index"),
)


class Command(BaseCommand):
    """Thin door over the rooms' own loaders, each of which changes nothing the second time."""

    help = (
        "Load the site's content: pages, news, policy versions, documents, consent groups, roles, "
        "topics. Idempotent."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it all and say what changed."""
        with alone_in_set_up():
            for title, name in STEPS:
                changed = import_string(name)()
                count = changed if isinstance(changed, int) else len(changed)
                if options["verbosity"] >= 1:
                    self.stdout.write(f"{title}: {count or 'nothing'} new or changed")
