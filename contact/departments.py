"""The departments of the company, as `company.toml` has them, by the name their messages bear."""

from django.conf import settings

from sens_site.lib.departments import Department

WEBMASTER = "webmaster"
"""The topic of what the Contact Webmaster form brings, which is no department's."""

DETAIL_MAX = 100
"""How long an order number or the like may be."""


def with_forms() -> dict[str, Department]:
    """Return the departments that have a form, by topic."""
    return {one.topic: one for one in settings.COMPANY.departments if one.fields is not None}


def at(path: str) -> Department:
    """Return the department whose form stands at an address."""
    return next(one for one in with_forms().values() if one.path == path)


def topics() -> list[tuple[str, str]]:
    """Return each topic with what people call it, the webmaster's first."""
    return [(WEBMASTER, "Webmaster"), *((key, one.label) for key, one in with_forms().items())]


def label_of(topic: str) -> str:
    """Return what people call a topic. Of a department that is no more its name is left."""
    return dict(topics()).get(topic, topic)


def mailbox_of(topic: str) -> str:
    """Return where messages go; to the webmaster while the company has not named a mailbox."""
    department = with_forms().get(topic)
    return (department.recipient if department else "") or str(settings.WEBMASTER_EMAIL)
