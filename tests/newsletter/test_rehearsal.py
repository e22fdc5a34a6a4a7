"""What a rehearsal of the newsletter does for the checks of others."""

import pytest

from newsletter.composing import Letter
from newsletter.mail_check import Findings, MailRefusedError
from newsletter.rehearsal import whatever_their_mail_holds


def test_an_issue_leaves_in_it_though_the_site_refuses_its_mail(monkeypatch):
    """What its mail holds is one promise; who gets it and how it ends are others."""

    def refuses(self: Letter, readers: object) -> Findings:
        raise MailRefusedError("It is too large.")

    monkeypatch.setattr(Letter, "check", refuses)
    letter = object.__new__(Letter)
    with whatever_their_mail_holds():
        assert letter.check([]) == Findings(bytes=0, links=0, own_links=0)
    with pytest.raises(MailRefusedError):
        letter.check([])
