"""Our choices where allauth asks for one."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Mail and redirects as this site wants them."""
