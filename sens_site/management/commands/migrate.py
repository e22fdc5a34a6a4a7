"""`manage.py migrate`: Django's, by one process at a time."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from sens_site.lib.deploy.setup_lock import alone_in_set_up


class Command(Migrate):
    """Two machines that start at once would both make the same tables: one does, the other waits."""

    def handle(self, *args: Any, **options: Any) -> Any:
        with alone_in_set_up():
            return super().handle(*args, **options)
