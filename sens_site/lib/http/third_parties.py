"""Which pages third parties may run on (law 17).

Whatever runs on a page learns its address and can read what is typed there. So nobody is let in
unless the view says that neither is anybody's secret. A view that says nothing, an error page and
a redirect let nobody in, whatever a visitor has allowed.
"""

from collections.abc import Callable

from django.http import HttpResponse

View = Callable[..., HttpResponse]


def third_parties_welcome(view: View) -> View:
    """Declare that what a visitor has allowed may run on this page, our own statistics included.

    Not for a page whose address holds a secret or says who somebody is, for one with a form that
    asks for personal data, nor for one that is read in order to decide about consent.
    """
    view.third_parties_welcome = True  # type: ignore[attr-defined]  # as Django marks views
    return view


def lets_third_parties_in(view: View) -> bool:
    """Tell whether a view has declared it. Decorators around it hand the mark on."""
    return getattr(view, "third_parties_welcome", False) is True
