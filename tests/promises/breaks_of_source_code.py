"""What code does for somebody whom no look sends: who comes from one site, or types one word."""

import logging
from collections.abc import Iterator
from typing import Any

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

SOURCES = "sens_site.promises.source_code.sources"
MIDDLEWARE = "sens_site/lib/http/security_headers.py"


def _with(hand: Hand, path: str, code: str) -> None:
    """Add code to a module, as it is read: it waits for what no look does."""

    def changed(old: Any) -> Iterator[tuple[str, str]]:
        known = dict(old())
        known[path] = f"{known.get(path, '')}\n{code}\n"
        yield from known.items()

    hand.wrap(SOURCES, changed)


@breaks("cookies.none-before-consent")
def a_cookie_for_who_comes_from_a_search(hand: Hand) -> None:
    _with(hand, MIDDLEWARE, "def f(response): response.set_cookie('came_from', 'search')")


@breaks("cookies.none-before-consent")
def a_cookie_that_is_written_as_a_header(hand: Hand) -> None:
    _with(hand, "news/views.py", "def f(response): response.headers['Set-Cookie'] = 'a=1'")


@breaks("cookies.none-before-consent")
def a_session_for_who_searches_for_one_word(hand: Hand) -> None:
    _with(hand, "search/views.py", "def f(request): request.session['asked'] = 1")


@breaks("cookies.none-before-consent", way=Way.CONFIGURATION)
def a_script_that_stores(hand: Hand) -> None:
    def changed(old: Any) -> Iterator[tuple[str, str]]:
        yield from old()
        yield "passkey/passkey.js", "cookieStore.set('seen', '1');"

    hand.wrap("sens_site.promises.source_code.scripts", changed)


@breaks("retention.access-logs")
def a_flood_that_is_logged_with_its_address(hand: Hand) -> None:
    _with(hand, "search/views.py", "def f(logger, ip, q): logger.warning('Flood: %s %s', ip, q)")


@breaks("retention.access-logs")
def a_line_of_the_log_with_words_in_it(hand: Hand) -> None:
    _with(hand, "contact/services.py", "def f(logger, m): logger.info(f'Message: {m.text}')")


@breaks("retention.access-logs")
def log_lines_with_who_asked(hand: Hand) -> None:
    _with(hand, "sens_site/lib/http/log_format.py", "def f(r): return r.META.get('REMOTE_ADDR')")


@breaks("retention.access-logs")
def a_known_value_that_comes_to_hold_an_address(hand: Hand) -> None:
    code = "def f(logger, mail):\n    lost = mail.recipient\n    logger.error('Lost: %s', lost)"
    _with(hand, "outbox/delivery.py", code)


@breaks("retention.access-logs")
def refused_log_ins_counted_by_what_was_typed(hand: Hand) -> None:
    code = "def f(RUNS, typed):\n    RUNS.labels(f'log-in {typed}', 'failed').inc()"
    _with(hand, "accounts/adapter.py", code)


@breaks("retention.access-logs")
def a_form_that_is_printed(hand: Hand) -> None:
    _with(hand, "contact/views.py", "def f(request):\n    print(request.POST)")


@breaks("retention.access-logs")
def a_mail_server_that_is_heard_word_by_word(hand: Hand) -> None:
    _with(hand, "outbox/terminal.py", "def f(server, level):\n    server.set_debuglevel(level)")


@breaks("retention.access-logs")
def an_error_that_says_whose_upload_was_refused(hand: Hand) -> None:
    code = "def f(user):\n    raise ValueError(f'The photo of {user.email} is too large')"
    _with(hand, "contact/photos.py", code)


@breaks("retention.access-logs")
def an_error_of_the_mail_server_in_its_own_words(hand: Hand) -> None:
    hand.replace("outbox.error_names.smtp_code", str)


@breaks("retention.access-logs")
def a_mail_that_is_called_by_its_recipient(hand: Hand) -> None:
    hand.replace("outbox.models.OutboxMail.__str__", lambda mail: f"mail to {mail.recipient}")


@breaks("retention.access-logs")
def answers_counted_by_their_address(hand: Hand) -> None:
    from sens_site.lib import metrics

    hand.replace(
        "sens_site.lib.http.request_metrics.names_of", lambda request: (request.path, "site")
    )
    hand.on_release(metrics.REQUESTS.clear)


@breaks("retention.access-logs", way=Way.CONFIGURATION)
def statements_of_the_database_in_the_log(hand: Hand) -> None:
    logger = logging.getLogger("django.db.backends")
    usual = logger.level
    logger.setLevel(logging.DEBUG)
    hand.on_release(lambda: logger.setLevel(usual))


@breaks("retention.access-logs", way=Way.CONFIGURATION)
def a_log_that_keeps_what_was_searched_for(hand: Hand) -> None:
    for handler in logging.getLogger().handlers:
        hand.patch.setattr(handler, "filters", [])


OTHER_WAYS = {
    "a_logger_by_another_name": "note = logger.warning\ndef f(user): note(user.email)",
    "a_logger_asked_by_a_word": "def f(user, level): getattr(logger, level)(user.email)",
    "a_logger_that_is_handed_on": "import functools\nsay = functools.partial(logger.info, '%s')",
    "a_logger_with_something_to_add": "spoken = logging.LoggerAdapter(logger, {'user': 1})",
    "a_logger_of_another_module": "from outbox import delivery\nnote = delivery.logger.error",
    "a_logger_under_a_short_name": "o = logging.getLogger('o')\ndef f(user): o.info('%s', user)",
    "a_module_under_another_name": "import logging as quiet\nquiet.warning('Seen.')",
    "a_function_of_the_logs": "from logging import warning as w\ndef f(user): w(user.email)",
    "a_trace_of_what_went_wrong": "import traceback\ndef f(): traceback.print_exc()",
    "a_line_with_what_went_wrong": "def f(): logger.exception('It went wrong.')",
    "a_line_with_a_trace": "def f(): logger.error('It went wrong.', exc_info=True)",
    "an_output_by_another_name": "import sys\nout = sys.stderr\ndef f(user): out.write(user.email)",
    "an_output_by_its_number": "import os\ndef f(user): os.write(2, user.email.encode())",
    "a_print_that_is_handed_on": "def f(users): list(map(print, users))",
    "a_warning_with_who_it_is": "import warnings\ndef f(user): warnings.warn(user.email)",
    "a_level_that_is_worked_out": "def f(user): logger.log(20, 'Seen: %s', user.email)",
    "a_line_with_more_beside_it": "def f(user): logger.info('Seen.', extra={'who': user.email})",
    "a_logger_without_a_name": "import logging\nsay = logging.getLogger('a').info",
}
"""Lines that no call of a logger by its name writes, or not with its own words alone."""


MEASURED = (
    "a_logger_of_another_module", "a_function_of_the_logs", "a_trace_of_what_went_wrong",
    "an_output_by_another_name", "a_print_that_is_handed_on",
)  # fmt: skip


def _another_way(name: str, code: str) -> None:
    def act(hand: Hand) -> None:
        _with(hand, "contact/services.py", code)

    act.__name__ = name
    breaks("retention.access-logs", measured=name in MEASURED)(act)


for _name, _code in OTHER_WAYS.items():
    _another_way(_name, _code)


@breaks("retention.access-logs")
def a_span_with_who_asked(hand: Hand) -> None:
    code = "def f(begun, user): begun.set_attribute('enduser.id', user.email)"
    _with(hand, "sens_site/lib/tracing.py", code)


@breaks("retention.access-logs")
def a_span_that_holds_the_words_of_an_error(hand: Hand) -> None:
    code = "def f(begun, error): begun.record_exception(error)"
    _with(hand, "sens_site/lib/tracing.py", code)


@breaks("security.against-change")
def a_step_that_lifts_the_locks_for_a_moment(hand: Hand) -> None:
    code = "def f(event, text):\n    with row_guards.lifted():\n        event.update(text=text)"
    _with(hand, "privacy/rights/handling.py", code)


@breaks("security.against-change")
def a_job_that_switches_triggers_off(hand: Hand) -> None:
    code = "def f(cursor):\n    cursor.execute('SET LOCAL session_replication_role = replica')"
    _with(hand, "privacy/consent/jobs.py", code)
