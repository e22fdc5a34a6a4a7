"""The site's settings for a worker that comes to its look at the promises at once."""

from sens_site.settings import *  # noqa: F403 - the site's own, but for what follows
from sens_site.settings import INSTALLED_APPS as ALL_APPS

INSTALLED_APPS = [*ALL_APPS, "tests.outbox.look_alone"]
