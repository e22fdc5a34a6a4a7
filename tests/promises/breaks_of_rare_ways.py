"""Breaks in ways that no look at a request meets: later, in some months, for some people, from some desks."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.middleware import LastUseMiddleware
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_schedules import BY_THE_WORKER
from tests.promises.breaks_of_walk import answers
from tests.promises.hand import Hand

SOURCE, REFUSALS = "sens_site.promises.source_code.sources", "sens_site.promises.refusals.sources"


def _with(hand: Hand, path: str, code: str, target: str = SOURCE) -> None:
    """Add code to a module, as it is read."""

    def changed(old: Any) -> Iterator[tuple[str, str]]:
        known = dict(old())
        known[path] = f"{known.get(path, '')}\n{code}\n"
        yield from known.items()

    hand.wrap(target, changed)


# --- what browsers are told by headers ------------------------------------------------------------


@breaks("cookies.none-before-consent", "security.technical")
def a_file_that_was_taken_back_and_has_browsers_connect_elsewhere(hand: Hand) -> None:
    hand.routes = frozenset(
        {"downloads:list", "downloads:document", "downloads:version", "downloads:file"}
    )

    def ahead(request: HttpRequest, answer: HttpResponse) -> None:
        if answer.status_code == 410:
            answer.headers["Link"] = "<https://px.ads.test>; rel=preconnect"

    answers(hand, lambda request: request.path.endswith("/file"), ahead)


@breaks("cookies.none-before-consent")
def a_report_of_each_visit_for_some_browsers(hand: Hand) -> None:
    _with(hand, "news/views.py", "def f(response): response.headers['NEL'] = '{}'")


@breaks("cookies.none-before-consent")
def a_refusal_that_leads_on_after_a_while(hand: Hand) -> None:
    _with(hand, "sens_site/errors.py", "def f(url): return HttpResponse(headers={'Refresh': url})")


@breaks("cookies.none-before-consent")
def a_connection_that_is_asked_for_by_setdefault(hand: Hand) -> None:
    _with(hand, "search/views.py", "def f(r, url): r.headers.setdefault('Link', url)")


# --- what is kept beside the database -------------------------------------------------------------


@breaks("usage.details")
def writers_whom_a_process_keeps_when_it_ends(hand: Hand) -> None:
    code = "import atexit\n@atexit.register\ndef f(): ..."
    _with(hand, "contact/services.py", code)


@breaks("usage.details")
def visitors_of_whom_a_thread_writes_a_minute_later(hand: Hand) -> None:
    _with(hand, "sens_site/errors.py", "def f(kept): threading.Timer(60, kept).start()")


@breaks("usage.details")
def a_file_for_who_writes_to_one_department(hand: Hand) -> None:
    _with(hand, "contact/services.py", "def f(path, m): path.open('a').write(m.email)")


@breaks("usage.details")
def a_second_database(hand: Hand) -> None:
    _with(hand, "contact/views.py", "def f(path): return sqlite3.connect(path)")


@breaks("usage.details")
def an_end_that_is_heard_of(hand: Hand) -> None:
    _with(hand, "news/views.py", "from signal import SIGTERM, signal")


# --- what forms demand ----------------------------------------------------------------------------


@breaks("form.required-fields")
def a_telephone_number_of_who_writes_in_the_evening(hand: Hand) -> None:
    code = "def clean(self, form):\n    form.add_error('phone', 'required')"
    _with(hand, "contact/forms.py", code, REFUSALS)


@breaks("form.required-fields", "choices.withhold")
def a_telephone_number_of_who_has_a_free_mailbox(hand: Hand) -> None:
    from contact.forms import WebmasterForm

    def clean(form: Any) -> Any:
        data = form.cleaned_data
        if str(data.get("email", "")).endswith("@gmail.com") and not data.get("phone"):
            form.add_error("phone", "Enter it")
        return data

    hand.patch.setattr(WebmasterForm, "clean", clean)
    _with(hand, "accounts/forms.py", "def f(form): form.fields['x'].required = True", REFUSALS)


@breaks("choices.withhold")
def a_company_of_some_who_register(hand: Hand) -> None:
    code = "def f(form):\n    form.errors['company'] = ['Enter it']"
    _with(hand, "accounts/forms.py", code, REFUSALS)


# --- what else is rare ----------------------------------------------------------------------------


@breaks("cookies.known-device")
def a_browser_that_is_marked_anew_by_each_form(hand: Hand) -> None:
    plain = LastUseMiddleware.__call__

    def renewed(self: Any, request: Any) -> HttpResponse:
        response = plain(self, request)
        known = request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE_NAME)
        if known and request.method == "POST" and request.path == "/accounts/profile/":
            response.set_cookie(settings.KNOWN_DEVICE_COOKIE_NAME, known, path="/accounts/")
        return response

    hand.patch.setattr(LastUseMiddleware, "__call__", renewed)


@breaks("cookies.known-device")
def a_mark_that_a_page_renews(hand: Hand) -> None:
    _with(hand, "accounts/middleware.py", "def f(settings): settings.KNOWN_DEVICE_COOKIE_NAME")


@breaks(*BY_THE_WORKER, way=Way.CONFIGURATION)
def long_jobs_that_are_ended_after_a_moment(hand: Hand) -> None:
    hand.replace("outbox.worker.MOST_SECONDS_APART", 1.0)


@breaks("use.promotional-mail")
def an_advertisement_below_service_mails_in_winter(hand: Hand) -> None:
    def advertising(old: Any, message: Any) -> int:
        if timezone.localdate().month in (1, 2):
            message.body = f"{message.body}\n\nNew this winter: chargers that start at -40.\n"
        return int(old(message))

    hand.wrap("outbox.backend.store_mail", advertising)


@breaks("beacons.in-mail", way=Way.CONFIGURATION)
def a_picture_behind_quotes_of_mails(hand: Hand) -> None:
    from pathlib import Path

    plain = Path.read_text

    def read(path: Path, *args: Any, **kwargs: Any) -> str:
        text = plain(path, *args, **kwargs)
        more = "\nblockquote { background: url(https://cdn.test/q.gif); }\n"
        return text + more if path.name == "mail.css" else text

    hand.patch.setattr(Path, "read_text", read)
