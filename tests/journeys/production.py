"""The settings of production, for a site in processes of its own, whose static files lie where they are."""

from sens_site.settings import *  # noqa: F403 - all of them
from sens_site.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
