"""Names of errors that are fit to be stored and logged.

An error's own text may hold addresses and values (law 10), so only its class, an SMTP status code
and a place in the code are kept.
"""

import smtplib
import traceback


def smtp_code(error: BaseException) -> int | None:
    """Return the status code that the mail server gave, if it gave one."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None)
    return None


def short_name(error: BaseException) -> str:
    """Return the class name, with the SMTP code where there is one."""
    code = smtp_code(error)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def place(error: BaseException) -> str:
    """Return where an error was raised, as module file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "unknown place"
    last = frames[-1]
    return f"{last.filename}:{last.lineno}"
