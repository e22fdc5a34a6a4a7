"""The site's settings with no room but the outbox: what a process loads that only sends mails.

It starts in half the time, and no other room's jobs run beside the mails.
"""

from sens_site.settings import *  # noqa: F403 - the site's own, but for what follows

INSTALLED_APPS = ["outbox"]
