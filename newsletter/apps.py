"""The newsletter room as a Django app."""

from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    """See the package's docstring."""

    name = "newsletter"

    def ready(self) -> None:
        """Say who is told of a new policy, what is asked before an issue leaves, and what can be stopped."""
        import newsletter.sending  # noqa: F401, PLC0415 - registers on import, needs loaded apps
        from newsletter.models import Subscriber  # noqa: PLC0415 - needs loaded apps
        from newsletter.unsubscribing import (  # noqa: PLC0415 - needs loaded models
            reads_newsletter,
            stop_newsletter,
        )
        from privacy.policy.notices import register_audience  # noqa: PLC0415 - beside its use
        from privacy.rights.objections import register_objection  # noqa: PLC0415 - beside its use
        from privacy.rights.switches import (  # noqa: PLC0415 - beside its use
            Switch,
            register_switches,
        )

        register_audience("readers", Subscriber.objects.addresses_after)
        register_objection("newsletter", stop_newsletter)
        register_switches(Switch("newsletter", "Newsletter", reads_newsletter, stop_newsletter))
