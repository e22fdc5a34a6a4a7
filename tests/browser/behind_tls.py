"""The settings of `make serve` behind a server with TLS; a test hands the rest down."""

import os
from pathlib import Path

from sens_site.settings import *  # noqa: F403 - these are the settings

STATIC_ROOT = Path(os.environ["COLLECTED"])
