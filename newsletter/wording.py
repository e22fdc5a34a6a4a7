"""What a sign-up page says above its button, in full: what is agreed to, and so what is proved."""

from hashlib import sha256

from newsletter.models import Topic, Wording
from privacy.policy.models import PRIVACY, PolicyVersion
from sens_site.context import render_without_request


def offered_topics() -> list[Topic]:
    return list(Topic.objects.filter(active=True))


def policy_version_now() -> int | None:
    """Return the version of the privacy policy to which the page links."""
    number: int | None = PolicyVersion.objects.in_force_number(PRIVACY)
    return number


def words_shown() -> str:
    """Return the words: they change with the text, the topics on offer, and the policy."""
    context = {"topics": offered_topics(), "version": policy_version_now()}
    return " ".join(render_without_request("newsletter/agreement.txt", context).split())


def digest_of(words: str) -> str:
    return sha256(words.encode()).hexdigest()


def keep_wording(words: str) -> Wording:
    """Store the words once, however many people agree to them."""
    wording, _ = Wording.objects.get_or_create(digest=digest_of(words), defaults={"text": words})
    return wording
