"""Asks the site inside a container for its front page, as the nginx before it would.

Ends with 1 where that is not answered with 200: the container is then given no more requests.
"""

import os
import sys
import urllib.request
from urllib.parse import urlsplit

SECONDS = 4


def is_well(origin: str, port: int = 8000) -> bool:
    """Tell whether the site at a port of this machine answers for its public address."""
    public = urlsplit(origin)
    headers = {"Host": public.netloc, "Forwarded": f"for=127.0.0.1;proto={public.scheme}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            return bool(answer.status == 200 and urlsplit(answer.url).port == port)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not is_well(os.environ["SITE_ORIGIN"]))
