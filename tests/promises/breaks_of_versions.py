"""Breaks of the policy as a record: texts, dates, lists and comparisons that are not what was sealed."""

import re
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from privacy.policy.chain import GENESIS, hash_of
from privacy.policy.models import Kind, PolicyDraft, PolicyVersion
from privacy.policy.services import create_draft, ensure_policy, seal_and_publish
from sens_site.lib import row_guards
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_records import no_days_of_notice
from tests.promises.hand import Hand

TEMPLATE, ROWS = Way.CONFIGURATION, Way.ROWS
DRAFTS = "{% for draft in rows.0.0.policy.drafts.all %}{{ draft.summary }}{% endfor %}"
DATE, HERE, TOP, BACK, WAIT, EARLIER = (
    "policy.last-updated",
    "changes.posted-here",
    "changes.date-at-top",
    "changes.check-back",
    "changes.thirty-days-first",
    "changes.earlier-versions",
)


def rewritten(number: int, **fields: Any) -> None:
    """Alter a sealed version as who owns the database can, and compute the chain anew."""
    with row_guards.lifted():
        rows = PolicyVersion.objects.filter(policy__slug="privacy").order_by("number")
        versions = list(rows)
        for name, value in fields.items():
            setattr(versions[number - 1], name, value(getattr(versions[number - 1], name)))
        before = GENESIS
        for version in versions:
            version.previous_hash = before
            version.hash = before = hash_of(version)
            _write(version)


def _write(version: PolicyVersion) -> None:
    columns = [f for f in PolicyVersion._meta.concrete_fields if not f.primary_key]
    names = ", ".join(f'"{f.column}" = %s' for f in columns)
    values = [f.get_db_prep_save(getattr(version, f.attname), connection) for f in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "policy_policyversion" SET {names} WHERE id = %s',  # noqa: S608 - our columns
            [*values, version.pk],
        )


def in_force() -> PolicyVersion:
    """Return the newest version."""
    return PolicyVersion.objects.filter(policy__slug="privacy").order_by("-number")[0]


def sealed_here(*, kind: Kind, change: Any, days: int = 40) -> PolicyVersion:
    """Seal a changed text, as staff do."""
    draft = create_draft(
        ensure_policy("privacy"),
        by=None,
        source_text=change(in_force().source_text),
        kind=kind,
        reason="A break.",
        summary="A break.",
        effective_on=timezone.localdate() + timedelta(days=days),
    )
    return seal_and_publish(draft, by=None, override_reason="A break of a promise.")


# --- texts ----------------------------------------------------------------------------------------


@breaks(EARLIER, way=ROWS)
def an_earlier_rendering_with_its_hash_computed_anew(hand: Hand) -> None:
    rewritten(1, rendered_html=lambda html: html.replace("privacy matters", "privacy counts"))


@breaks(EARLIER, way=ROWS)
def an_earlier_text_with_all_computed_anew(hand: Hand) -> None:
    def other(text: str) -> str:
        return text.replace("privacy matters", "privacy counts")

    rewritten(1, rendered_html=other, source_text=other)


@breaks(EARLIER)
def versions_that_show_the_newest_text(hand: Hand) -> None:
    from privacy.policy import views

    old = views._text

    def text(request: Any, version: Any) -> str:
        return old(request, in_force() if "/v/" in request.path else version)

    hand.replace("privacy.policy.views._text", text)


@breaks(EARLIER)
def plain_texts_without_their_last_part(hand: Hand) -> None:
    hand.wrap("privacy.policy.machine_views.strip_source_marks", lambda old, text: old(text)[:-90])


@breaks(HERE, EARLIER, way=Way.CONFIGURATION, measured=True)
def links_that_lead_elsewhere(hand: Hand) -> None:
    hand.policy_text("https://commission.europa.eu/", "https://other.test/")


@breaks(HERE, EARLIER, way=TEMPLATE)
def a_text_that_is_cut_short(hand: Hand) -> None:
    hand.template(
        "privacy/policy/version.html", ("{{ text|safe }}", "{{ text|slice:':3000'|safe }}")
    )


@breaks(
    HERE,
    EARLIER,
    "cookies.refusal-help",
    "ads.google-settings",
    "use.see-choices",
    "terms.also-apply",
    "contact.form-link",
    way=TEMPLATE,
)
def a_text_that_is_hidden(hand: Hand) -> None:
    hand.template(
        "privacy/policy/version.html", ("{{ text|safe }}", "<div hidden>{{ text|safe }}</div>")
    )


# --- drafts and coming versions -------------------------------------------------------------------


@breaks(HERE, way=Way.CONFIGURATION)
def a_draft_that_can_be_read(hand: Hand) -> None:
    def listing(old: Any, request: Any, **kwargs: Any) -> Any:
        answer = old(request, **kwargs)
        drafts = PolicyDraft.objects.filter(sealed_as=None).values_list("summary", flat=True)
        answer.content += "".join(drafts).encode()
        return answer

    hand.wrap("privacy.policy.machine_views.feed", listing)
    hand.template(
        "privacy/policy/history.html",
        ("{% block content %}", "{% block content %}" + DRAFTS),
    )


@breaks(HERE)
def a_version_that_shows_before_its_posting(hand: Hand) -> None:
    from privacy.policy.models import PolicyVersionQuerySet

    hand.patch.setattr(
        PolicyVersionQuerySet, "posted", lambda self, slug: self.of(slug).not_withdrawn()
    )


# --- dates ----------------------------------------------------------------------------------------


@breaks(DATE)
def a_date_of_today(hand: Hand) -> None:
    hand.patch.setattr(PolicyVersion, "last_updated", property(lambda self: timezone.localdate()))


@breaks(DATE)
def a_header_of_now(hand: Hand) -> None:
    hand.replace("privacy.policy.views.http_date", lambda at: "Wed, 21 Oct 2015 07:28:00 GMT")


@breaks(DATE, EARLIER, way=ROWS)
def a_version_that_is_made_younger(hand: Hand) -> None:
    rewritten(
        in_force().number,
        posted_on=lambda day: day + timedelta(days=2),
        posted_at=lambda at: at + timedelta(days=2),
    )


@breaks(DATE, TOP, way=TEMPLATE)
def a_date_in_words_that_differs(hand: Hand) -> None:
    hand.template(
        "privacy/policy/version.html",
        ("{{ version.last_updated|date }}", "May 1, 2001"),
        ('{{ version.last_updated|date:"Y-m-d" }}', "2001-05-01"),
    )


@breaks(TOP)
def a_date_that_stands_still(hand: Hand) -> None:
    first = in_force().posted_on
    hand.patch.setattr(PolicyVersion, "last_updated", property(lambda self: first))


# --- lists and comparisons ------------------------------------------------------------------------


@breaks(BACK)
def a_feed_that_lacks_one(hand: Hand) -> None:
    hand.replace("privacy.policy.machine_views.FEED_SIZE", 1)


@breaks(BACK)
def a_comparison_that_hides_what_was_removed(hand: Hand) -> None:
    from privacy.policy.redline import Change

    def piece(old: Any, one: Any) -> str:
        return "" if one.change is Change.REMOVED else old(one)

    hand.wrap("privacy.policy.redline_rendering._piece", piece)


@breaks(BACK, way=TEMPLATE)
def a_comparison_that_is_not_to_be_seen(hand: Hand) -> None:
    hand.template("privacy/policy/compare.html", ("{{ html }}", "<div hidden>{{ html }}</div>"))


@breaks(BACK, way=TEMPLATE)
def a_history_without_comparisons(hand: Hand) -> None:
    hand.template("privacy/policy/history.html", ("{% if compare %}", "{% if False %}"))


@breaks(BACK, EARLIER, way=ROWS)
def a_version_that_counts_as_withdrawn(hand: Hand) -> None:
    from privacy.policy.models import PolicyEvent

    first = PolicyVersion.objects.get(policy__slug="privacy", number=1)
    PolicyEvent.objects.create(version=first, kind="withdrawn", note="A break.")


# --- thirty days ----------------------------------------------------------------------------------


@breaks(WAIT, way=ROWS, measured=True)
def a_material_change_in_ten_days(hand: Hand) -> None:
    no_days_of_notice(hand)
    hand.replace("privacy.policy.models.NOTICE_DAYS", 10)
    sealed_here(kind=Kind.MATERIAL, change=lambda text: text + "\nMore.\n", days=10)
    hand.replace("privacy.policy.models.NOTICE_DAYS", 30)


@breaks(WAIT, way=ROWS)
def a_promise_that_goes_as_wording(hand: Hand) -> None:
    sentence = re.compile(r"[^\n]*\{promise:cookies\.refusal-help\}")
    sealed_here(kind=Kind.MINOR, change=lambda text: sentence.sub("", text))


@breaks(WAIT, way=ROWS)
def a_period_that_changes_as_wording(hand: Hand) -> None:
    sealed_here(kind=Kind.EDITORIAL, change=lambda text: text.replace("24 months", "60 months"))


@breaks(WAIT, EARLIER, way=ROWS)
def a_version_that_passes_for_history(hand: Hand) -> None:
    version = sealed_here(kind=Kind.MATERIAL, change=lambda text: text + "\nMore.\n")
    rewritten(version.number, imported=lambda _: True)


@breaks(EARLIER, way=ROWS)
def a_version_that_is_not_its_draft(hand: Hand) -> None:
    version = sealed_here(kind=Kind.MINOR, change=lambda text: text + "\nMore.\n")

    def less(text: str) -> str:
        return text.replace("More.", "Less.")

    rewritten(version.number, source_text=less, rendered_html=less)


# --- the text -------------------------------------------------------------------------------------


def relinked(hand: Hand, old: str, new: str) -> None:
    """Alter where the text in force leads, source and all."""

    def other(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    rewritten(in_force().number, source_text=other, rendered_html=other)


@breaks("cookies.refusal-help", EARLIER, way=ROWS)
def help_that_leads_elsewhere(hand: Hand) -> None:
    relinked(hand, "https://allaboutcookies.org", "https://other.test")


@breaks("ads.google-settings", EARLIER, way=ROWS)
def settings_that_lead_elsewhere(hand: Hand) -> None:
    relinked(hand, "https://adssettings.google.com/", "https://other.test/")


@breaks("terms.also-apply", EARLIER, way=ROWS)
def terms_that_lead_elsewhere(hand: Hand) -> None:
    relinked(hand, "/legal/", "/privacy/")


@breaks("use.see-choices", EARLIER, way=ROWS)
def a_pointer_to_nowhere(hand: Hand) -> None:
    relinked(hand, "#your-choices-about-your-information", "#elsewhere")


@breaks("contact.form-link", EARLIER, way=ROWS)
def a_form_that_is_linked_under_another_address(hand: Hand) -> None:
    relinked(hand, "/contact/webmaster/", "/contact/")


@breaks(HERE)
def a_version_that_follows_none(hand: Hand) -> None:
    def hash_of_one_that_begins_anew(old: Any, version: PolicyVersion) -> str:
        version.previous_hash = GENESIS
        return str(old(version))

    hand.wrap("privacy.policy.services.hash_of", hash_of_one_that_begins_anew)
