"""An issue as mail: the same for all but its address, its name and two links, and it loads nothing."""

from email import message_from_bytes, policy

import pytest
from django.conf import settings as site

from newsletter.composing import Letter, NotComposedError, OwnLinks, in_mail, letter_of
from newsletter.mail_check import MailRefusedError
from newsletter.models import Issue, Topic

LINKS = OwnLinks(f"{site.SITE_ORIGIN}/topics/ann/", f"{site.SITE_ORIGIN}/out/ann/")
TOPICS = (Topic(slug="starting", title="Engine starting"), Topic(slug="marine", title="Marine"))


def letter(**changes) -> Letter:
    issue = Issue(
        **{
            "pk": 7,
            "title": "Spring – news",
            "slug": "spring",
            "summary": "What is new.",
            "body": "Read [more](/about/?a=1&b=2).\n\n![A charger](/files/1/charger.jpg)\n",
            **changes,
        }
    )
    return Letter(issue, TOPICS)


def read(mime: bytes):
    message = message_from_bytes(mime, policy=policy.default)
    text, html = (part.get_content() for part in message.iter_parts())
    return message, text, html


def test_a_mail_carries_what_is_the_readers_own():
    mime = letter().to("ann@example.com", message_id="<7.a@example.com>", links=LINKS)
    message, text, html = read(mime)
    assert message["To"] == "ann@example.com"
    assert message["Message-ID"] == "<7.a@example.com>"
    assert message["Subject"] == "Spring – news"
    assert message["List-Unsubscribe"] == f"<{LINKS.unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == f"<newsletter.{site.SITE_HOST}>"
    assert (message["Precedence"], message["Auto-Submitted"]) == ("bulk", "auto-generated")
    for part in (text, html):
        assert part.count(LINKS.unsubscribe) == part.count(LINKS.preferences) == 1
        assert f"{site.SITE_ORIGIN}/newsletter/issues/spring/" in part
        assert "Engine starting, Marine" in " ".join(part.split())
        assert site.COMPANY.address_line in part
    assert b"placeholder" not in mime


def test_links_are_whole_and_pictures_are_links():
    _, text, html = read(letter().to("a@example.com", message_id="<1@x>", links=LINKS))
    assert f"more <{site.SITE_ORIGIN}/about/?a=1&b=2>" in text
    assert f'href="{site.SITE_ORIGIN}/about/?a=1&amp;b=2"' in html
    assert "<img" not in html
    assert f"Picture: A charger <{site.SITE_ORIGIN}/files/1/charger.jpg>" in text
    assert in_mail("![](/x.jpg)") == "[Picture](/x.jpg)"


def test_styles_stand_at_what_they_are_for():
    _, _, html = read(letter().to("a@example.com", message_id="<1@x>", links=LINKS))
    assert "<style" not in html
    assert '<h1 style="' in html


@pytest.mark.parametrize("address", ["jürgen@example.com", '"a b"@example.com'])
def test_an_uncommon_address_is_written_as_django_writes_it(address):
    mime = letter().to(address, message_id="<1@x>", links=LINKS)
    assert b"placeholder" not in mime
    assert (
        message_from_bytes(mime)["To"]
        == letter().message(address, message_id="<1@x>").message()["To"]
    )


@pytest.mark.parametrize(
    "body", ["word " * 2000, "ü" * 400 + " " + "ü " * 2000, "a " * 50 + "\n" + "😀 " * 900]
)
def test_no_line_of_a_mail_is_too_long_whatever_is_written(body):
    mime = letter(body=body).to("a@example.com", message_id="<1@x>", links=LINKS)
    assert max(map(len, mime.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("body", ["x" * 1200, "https://unsubscribe.placeholder.invalid/"])
def test_an_issue_whose_links_do_not_come_through_whole_is_refused(body):
    with pytest.raises(NotComposedError, match="do not come through whole"):
        letter(body=body).to("a@example.com", message_id="<1@x>", links=LINKS)


def test_the_check_reads_the_mails_of_two_readers():
    readers = [
        ("a@example.com", LINKS),
        ("b@example.com", OwnLinks("https://b.test/1", "https://b.test/2")),
    ]
    found = letter().check(readers)
    assert (found.remote_references, found.tracking_links, found.own_links) == (0, 0, 2)
    with pytest.raises(MailRefusedError, match="utm_source"):
        letter(body="[x](https://a.test/?utm_source=us)").check(readers)


def test_hostile_text_stays_text():
    _, _, html = read(
        letter(title="<img src=x>", body="<script>x</script>\n\n[x](javascript:x)").to(
            "a@example.com", message_id="<1@x>", links=LINKS
        )
    )
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_a_test_says_so_and_ends_nobodys_subscription():
    mail = letter().test("staff@example.com", LINKS)
    assert mail.subject == "[Test] Spring – news"
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(mail.extra_headers)
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    for part in (str(html), str(mail.body)):
        assert LINKS.unsubscribe in part
        assert "placeholder" not in part


def test_what_is_not_stored_yet_has_no_topics():
    assert letter_of(Issue(title="x")).topics == ()
