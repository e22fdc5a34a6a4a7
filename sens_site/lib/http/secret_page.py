"""Pages whose address is a secret: a token that was mailed to one person."""

from django.http import HttpResponse


def secret_page(response: HttpResponse) -> HttpResponse:
    """Keep the address of a page out of search engines and out of the log."""
    response.headers["X-Robots-Tag"] = "noindex"
    # Django logs the path of each refused request, and here the path is the secret.
    vars(response)["_has_been_logged"] = True
    return response
