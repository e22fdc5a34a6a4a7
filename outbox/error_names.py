"""Names of errors that are fit to be stored and logged.

An error's own text may hold addresses and values (law 10), so only its class, an SMTP status code
and a place in the code are kept.
"""

import re
import smtplib
import traceback

_STATUS = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


def smtp_code(error: BaseException) -> int | None:
    """Return the status code that the mail server gave, if it gave one."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None)
    return None


def enhanced_status(error: BaseException) -> str:
    """Return the enhanced status code of a refusal (RFC 3463), such as 5.1.1, if there is one.

    Of a refused sender there is none here: it says nothing about who was to get the mail.
    """
    if isinstance(error, smtplib.SMTPSenderRefused):
        return ""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
    elif isinstance(error, smtplib.SMTPRecipientsRefused):
        said = next((words for _, words in error.recipients.values()), b"")
    else:
        return ""
    found = _STATUS.match(said if isinstance(said, bytes) else said.encode())
    return found[0].decode() if found else ""


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
