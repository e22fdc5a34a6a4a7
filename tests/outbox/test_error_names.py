"""What is stored and logged of an error holds no address and no value (law 10)."""

import smtplib

import pytest

from outbox.error_names import enhanced_status, place, short_name


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("ann@example.com"), "ValueError"),
        (smtplib.SMTPDataError(554, b"ann@example.com is bad"), "SMTPDataError 554"),
        (
            smtplib.SMTPSenderRefused(550, b"no", "ann@example.com"),
            "SMTPSenderRefused 550",
        ),
        (
            smtplib.SMTPRecipientsRefused({"ann@example.com": (451, b"later")}),
            "SMTPRecipientsRefused 451",
        ),
        (smtplib.SMTPRecipientsRefused({}), "SMTPRecipientsRefused"),
    ],
)
def test_the_name_is_the_class_and_the_code_of_the_mail_server(error, name):
    assert short_name(error) == name


def test_the_place_is_where_it_was_raised():
    try:
        int("ann@example.com")
    except ValueError as error:
        where = place(error)
    assert where.rpartition(":")[0] == __file__
    assert place(ValueError("never raised")) == "unknown place"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.test": (550, b"5.1.1 a@b.test is unknown")}), "5.1.1"),
        (smtplib.SMTPRecipientsRefused({"a@b.test": (550, b"a@b.test 5.1.1")}), ""),
        (smtplib.SMTPRecipientsRefused({}), ""),
        (smtplib.SMTPDataError(452, b"4.2.2 mailbox full"), "4.2.2"),
        (smtplib.SMTPDataError(550, "5.1.10 no such host"), "5.1.10"),
        (smtplib.SMTPSenderRefused(550, b"5.1.0 who are you", "a@b.test"), ""),
        (ValueError("5.1.1"), ""),
    ],
)
def test_the_enhanced_status_is_what_the_mail_server_began_with(error, status):
    assert enhanced_status(error) == status
