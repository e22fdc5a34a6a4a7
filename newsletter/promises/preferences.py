"""The promise that readers choose: what they read changes by their own act, and by nobody else's."""

from collections.abc import Iterable, Iterator

from django.apps import apps

from newsletter.models import Subscriber, Subscription
from newsletter.promises.readers import REMINDERS, SIGN_UP, Reader, two_topics
from newsletter.promises.sources import at_the_desk, somebody_logged_in
from privacy.datamap.promises.purging import PURGE, carried_out
from privacy.promises.page_reader import hidden_in
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.seen_links import fields_are_seen

TOPICS, ISSUES = "/admin/newsletter/topic/", "/admin/newsletter/issue/"
NEW = {"title": "Another of a check", "slug": "another-of-a-check", "position": "9"}
KEPT = ("state", "source", "key", "created_at", "confirmed_at", "confirmed_by", "parked_at")


@promise("newsletter.preferences", look=Look.REHEARSAL)
def a_reader_changes_and_ends_without_an_account(site: RunningSite) -> Evidence:
    """By the links of the mail, in a browser that is logged in nowhere; another reader keeps all."""
    with site.rehearsal():
        first, second = two_topics()
        reader, other = (Reader(site).signs_up(first).confirms() for _ in range(2))
        require(reader.reads == [first], "a reader gets other topics than were chosen")
        own, theirs = reader.link("preferences"), other.link("preferences")
        stranger = site.visitor()
        opened = stranger.get(own)
        require(opened.status == 200, f"the mailed page of a reader answers {opened.status}")
        require(reader.email not in opened.text, "an issue that is passed on tells the address")
        fields_are_seen(site, opened, opened.page, "topics")
        changed = stranger.post(own, {"topics": [second]})
        require(changed.status == 303, f"changed topics are answered with {changed.status}")
        require(reader.reads == [second], "changed topics are not stored")
        middle = len(own) - 33
        for wrong in (
            own[:middle] + theirs[middle:],
            theirs[:middle] + own[middle:],
            own.replace("/preferences/", "/unsubscribe/"),
        ):
            answer = stranger.post(wrong, {"topics": [first]})
            require(answer.status == 404, "a link opens a page for which it was not made")
        require(reader.reads == [second] and other.reads == [first], "a wrong link changes topics")
        ended = stranger.post(reader.link("unsubscribe"), {})
        require(ended.status == 303, f"the button to unsubscribe answers {ended.status}")
        require(reader.row is None, "a reader cannot end the newsletter without an account")
        require(other.is_confirmed, "a reader ends the newsletter of another")
        acts = _nobody_else_changes_them(site, other, first, second)
    return Evidence(
        "Played through for this check: a reader without an account changed the topics and ended "
        "the newsletter by the mailed links. Another reader kept everything, whatever staff, strangers "
        "and the worker did meanwhile.",
        {"wrong links tried": 3, "acts of others": acts},
    )


def _choices(readers: Iterable[Reader]) -> dict[str, object]:
    """Return what some readers have chosen, and how it stands with each."""
    addresses = [one.email for one in readers]
    rows = Subscription.objects.filter(subscriber__email__in=addresses)
    stored = Subscriber.objects.filter(email__in=addresses)
    return {
        **{str(reader.pop("email")): reader for reader in stored.values("email", *KEPT)},
        "topics": sorted(rows.values_list("subscriber__email", "topic__slug")),
    }


def _nobody_else_changes_them(site: RunningSite, reader: Reader, first: str, second: str) -> int:
    """Have staff, strangers, the worker and the owner of the address do something else."""
    readers = [reader, Reader(site).signs_up(first, second).confirms()]
    _, owner = somebody_logged_in(site, reader.email)
    desk, before, acts = at_the_desk(site), _choices(readers), 0
    for what in _acts(site, desk, owner, reader, second):
        acts += 1
        require(_choices(readers) == before, f"what readers get changes where {what}")
    return acts


def _acts(
    site: RunningSite, desk: Visitor, owner: Visitor, reader: Reader, topic: str
) -> Iterator[str]:
    """Do one thing after the other, and say what was done."""
    _saved(desk, f"{TOPICS}add/", {**NEW, "active": "on"})
    yield "staff offer another topic"
    for name in (topic, NEW["slug"]):
        page = f"{TOPICS}{_number_of(name)}/change/"
        _saved(desk, page, {**NEW, "title": name})
        yield "staff offer a topic no more"
        _saved(desk, page, {**NEW, "title": name, "active": "on"})
        yield "staff offer a topic again"
    words = {"title": "A check", "summary": "Rolled back.", "body": "Read on."}
    _saved(desk, f"{ISSUES}add/", {**words, "topics": [_number_of(topic)]})
    yield "staff write an issue"
    site.visitor().fill_in(SIGN_UP, {"email": reader.email, "topics": [topic]})
    yield "somebody types the address of a reader"
    owner.fill_in("/accounts/profile/", {"name": "A check"})
    yield "the owner of the address saves a profile"
    message = {"name": "A check", "email": reader.email, "message": "Rolled back."}
    site.visitor().fill_in("/contact/webmaster/", message)
    yield "the owner of the address writes to us"
    for job in (REMINDERS, PURGE):
        carried_out(job)
        yield f"the worker comes to “{job}”"


def _number_of(slug: str) -> str:
    topics = apps.get_model("newsletter", "Topic")._default_manager
    return str(topics.get(slug=slug).pk)


def _saved(desk: Visitor, page: str, data: dict[str, object]) -> None:
    """Save a page of the desk with what it has put in itself."""
    opened = desk.get(page)
    own = {name: value for one in opened.page.forms() for name, value in hidden_in(one).items()}
    answer = desk.post(page, {**own, **data})
    require(answer.status == 302, f"{page} of the desk is saved with {answer.status}")
