"""The people whom other rooms may tell something: customers with a verified address."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress

CHUNK = 2000


def verified_addresses() -> Iterator[str]:
    """Yield the main address of each active account, verified ones only."""
    addresses = EmailAddress.objects.filter(verified=True, primary=True, user__is_active=True)
    yield from addresses.values_list("email", flat=True).iterator(chunk_size=CHUNK)
