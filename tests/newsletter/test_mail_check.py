"""A mail that loads something, or tells who reads it, never leaves."""

from email.message import EmailMessage

import pytest

from newsletter.mail_check import Findings, MailRefusedError, check_mails

OUT, TOPICS = "https://company.test/out/1/", "https://company.test/topics/1/"
OWN = frozenset({OUT, TOPICS})
TEXT = f"Hello, see https://company.test/news/.\n{TOPICS}\n{OUT}\n"
HTML = (
    '<meta charset="utf-8"><p style="color: red">See <a href="https://company.test/news/">news</a>, '
    f'<a href="{TOPICS}">topics</a>, <a href="{OUT}">out</a></p>'
)


def mail(*, text=TEXT, html=HTML, without=(), **headers):
    """Write a mail that may leave, but for what is changed."""
    message = EmailMessage()
    message["Subject"] = "Spring"
    message["List-Id"] = "<newsletter.company.test>"
    message["List-Unsubscribe"] = f"<{OUT}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name in without:
        del message[name]
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


def words_of(mime, own=OWN):
    with pytest.raises(MailRefusedError) as refused:
        check_mails([(mime, own)])
    return str(refused.value)


def test_a_mail_that_tells_nobody_anything_may_leave():
    mime = mail()
    assert check_mails([(mime, OWN)]) == Findings(bytes=len(mime), links=2, own_links=2)
    assert check_mails([(mime, OWN)]).as_stored() == {
        "bytes": len(mime), "links": 2, "own_links": 2, "remote_references": 0, "tracking_links": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://beacon.test/1.gif">',
        "<img>",
        '<link rel="stylesheet" href="https://a.test/">',
        '<script src="https://a.test/"></script>',
        "<svg></svg>",
        '<table background="https://a.test/1.gif"></table>',
        '<p style="background: url(https://a.test/1.gif)">',
        "<p style=\"background: u\\72l('https://a.test/1.gif')\">",
        "<style>@import 'https://a.test/x.css'</style>",
        "<style>p { background: URL (x) }</style>",
        '<meta http-equiv="refresh" content="0; url=https://a.test/">',
        '<video poster="https://a.test/1.gif"></video>',
        '<form action="https://a.test/"><input></form>',
        '<base href="https://a.test/">',
        '<a href="https://company.test/" ping="https://a.test/">x</a>',
        '<p onmouseover="x()">',
        '<blockquote cite="https://a.test/">',
        "<IMG SRC=x>",
        "<iframe srcdoc='x'></iframe>",
    ],
)
def test_what_loads_something_is_refused(html):
    assert "may load something" in words_of(mail(html=HTML + html))


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://company.test/?utm_source=mail", "by utm_source"),
        ("https://company.test/?a=1&MC_EID=2", "by MC_EID"),
        ("https://company.test/#gclid=2", "by gclid"),
        ("https://company.test/?email=", "by email"),
        ("https://company.test/?ref=newsletter", "by ref"),
        ("https://company.test/?a=1&campaign_id=7", "by campaign_id"),
        ("https://click.test/?to=https://company.test/", "over another site"),
        ("https://click.test/https%3A%2F%2Fcompany.test/", "over another site"),
        ("https://click.test/?to=https%253A%252F%252Fcompany.test", "over another site"),
        ("https://click.test/?to=www.company.test", "over another site"),
        ("https://company.test/a@b.test/", "an email address"),
        ("https://user@company.test/", "an email address"),
        ("ftp://company.test/", "begins with ftp"),
        ("javascript:alert(1)", "begins with javascript"),
        ("data:text/html,x", "begins with data"),
        ("https:///company", "no host"),
        ("/about/", "begins with"),
    ],
)
def test_a_link_that_counts_or_leads_astray_is_refused(link, words):
    assert words in words_of(mail(html=f'{HTML}<a href="{link}">x</a>'))


@pytest.mark.parametrize(
    "link",
    [
        "https://company.test/a/?page=2#part",
        "mailto:sales@company.test?subject=News",
        "tel:+13035550100",
        "http://elsewhere.test/",
        "https://elsewhere.test/?q=charger&type=marine",
    ],
)
def test_a_link_that_is_the_same_for_everybody_may_stand_in_a_mail(link):
    html = f'{HTML}<a href="{link.replace("&", "&amp;")}">x</a>'
    assert check_mails([(mail(html=html), OWN)]).links == 3


def test_an_address_that_is_only_written_out_is_a_link_too():
    assert "over another site" in words_of(mail(text=f"{TEXT}https://a.test/?u=http://b.test/"))
    assert "by fbclid" in words_of(mail(html=f"{HTML}<p>https://a.test/?fbclid=1</p>"))


def test_links_that_differ_from_reader_to_reader_are_refused():
    theirs = {"https://company.test/out/2/", "https://company.test/topics/2/"}
    second = (
        mail(**{"List-Unsubscribe": "x"}, without=["List-Unsubscribe"])
        .replace(b"/out/1/", b"/out/2/")
        .replace(b"/topics/1/", b"/topics/2/")
        .replace(b"List-Unsubscribe: x", b"List-Unsubscribe: <https://company.test/out/2/>")
    )
    assert check_mails([(mail(), OWN), (second, frozenset(theirs))]).links == 2
    marked = second.replace(b"company.test/news/", b"company.test/news/2/")
    with pytest.raises(MailRefusedError, match="different from reader to reader"):
        check_mails([(mail(), OWN), (marked, frozenset(theirs))])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"without": ["List-Unsubscribe"]}, "List-Unsubscribe does not name"),
        ({"without": ["List-Unsubscribe-Post"]}, "List-Unsubscribe-Post is missing"),
        ({"without": ["List-Id"]}, "List-Id is missing"),
        ({"Disposition_Notification_To": "a@b.test"}, "asks for a receipt"),
        ({"text": f"Hello {OUT}"}, "The part text/plain lacks the link"),
        ({"html": f'<a href="{TOPICS}">x</a>'}, "The part text/html lacks the link"),
    ],
)
def test_what_a_mail_to_many_needs_has_to_be_there(change, words):
    assert words in words_of(mail(**change))


def test_a_mail_of_other_parts_is_refused():
    message = EmailMessage()
    message.set_content(TEXT)
    assert "consists of text/plain;" in words_of(message.as_bytes())
    whole = EmailMessage()
    whole.set_content(TEXT)
    whole.add_alternative(HTML, subtype="html")
    whole.add_attachment(b"GIF", maintype="image", subtype="gif")
    assert "consists of text/plain, text/html, image/gif;" in words_of(whole.as_bytes())
