"""Breaks of what every page shows, and of the policy's own text."""

from dataclasses import replace

from django.conf import settings
from django.utils import timezone

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


@breaks("site.register-and-login", way=Way.CONFIGURATION)
def no_way_to_log_in(hand: Hand) -> None:
    hand.template("base.html", ("{% url 'account_login' %}", ""))


@breaks("footer.privacy-and-legal", way=Way.CONFIGURATION)
def no_legal_link_in_the_footer(hand: Hand) -> None:
    hand.template("partials/footer.html", ("{% url 'policy:legal' %}", "/lawful/"))


@breaks("policy.breadcrumb", way=Way.CONFIGURATION)
def no_breadcrumb(hand: Hand) -> None:
    hand.template("partials/breadcrumb.html", ('aria-label="Breadcrumb"', ""))


@breaks("information.may-decline", way=Way.CONFIGURATION)
def a_link_that_leads_nowhere(hand: Hand) -> None:
    # The first of its page, so that a short crawl comes to it.
    hand.template("base.html", ("<body>", '<body><a href="/gone/">Gone</a>'))


@breaks("cookies.personalize-content", way=Way.CONFIGURATION)
def a_page_that_knows_the_browser(hand: Hand) -> None:
    hand.every_page_holds("{{ request.META.HTTP_USER_AGENT }}")


@breaks("signals.do-not-track", way=Way.CONFIGURATION, measured=True)
def a_page_that_heeds_the_signal(hand: Hand) -> None:
    hand.every_page_holds("{{ request.META.HTTP_DNT }}")


@breaks("contact.address-and-phone", way=Way.CONFIGURATION)
def a_footer_with_another_address(hand: Hand) -> None:
    hand.settings.COMPANY = replace(settings.COMPANY, street="2 Other Road")


@breaks("footer.copyright-year", way=Way.CONFIGURATION)
def a_copyright_line_of_another_year(hand: Hand) -> None:
    hand.settings.COMPANY = replace(settings.COMPANY, copyright_to=2031)


@breaks("links.to-others", way=Way.CONFIGURATION)
def a_link_in_clear(hand: Hand) -> None:
    hand.every_page_holds('<a href="http://plain.test/">Plain</a>')


# --- the policy's own text ------------------------------------------------------------------------


@breaks("cookies.refusal-help", way=Way.CONFIGURATION)
def no_help_on_refusing(hand: Hand) -> None:
    hand.policy_text('href="https://allaboutcookies.org"', 'href="/cookies/"')


@breaks("ads.google-settings", way=Way.CONFIGURATION)
def no_link_to_google_settings(hand: Hand) -> None:
    hand.policy_text('href="https://adssettings.google.com/"', 'href="/cookies/"')


@breaks("use.see-choices", way=Way.CONFIGURATION)
def a_pointer_to_no_section(hand: Hand) -> None:
    hand.policy_text('href="#your-choices-about-your-information"', 'href="#your-choices"')


@breaks("terms.also-apply", way=Way.CONFIGURATION)
def no_link_to_the_terms(hand: Hand) -> None:
    hand.policy_text('<a href="/legal/">', '<a href="/privacy/history/">')


@breaks("contact.form-link", way=Way.CONFIGURATION)
def no_form_at_the_foot(hand: Hand) -> None:
    hand.template("privacy/policy/version.html", ("{% if has_form %}", "{% if False %}"))


@breaks("footer.copyright-year", way=Way.CONFIGURATION)
def a_copyright_line_of_whatever_year_it_is(hand: Hand) -> None:
    hand.template("partials/footer.html", ("{{ company.copyright_years }}", "2013–{% now 'Y' %}"))


@breaks("footer.copyright-year")
def a_copyright_line_that_the_code_takes_from_the_clock(hand: Hand) -> None:
    hand.replace(
        "sens_site.lib.content.Company.copyright_years",
        property(lambda self: f"{self.copyright_from}–{timezone.localdate().year}"),
    )


@breaks("contact.address-and-phone", way=Way.CONFIGURATION)
def another_company_than_the_policy_names(hand: Hand) -> None:
    other = f"{settings.COMPANY.formal_name.partition(',')[0]} Europe GmbH"
    hand.settings.COMPANY = replace(settings.COMPANY, legal_name=other, formal_name=other)


@breaks("contact.address-and-phone", way=Way.CONFIGURATION)
def a_copyright_of_a_holding(hand: Hand) -> None:
    hand.template(
        "partials/footer.html", ("{{ company.legal_name }}. All", "Example Holdings Inc. All")
    )
