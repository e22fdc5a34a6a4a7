"""The looks at issues on a site that has sent one, and has mails of it that wait."""

import pytest

from newsletter import issue_services, sending
from newsletter.promises import issues as looks
from privacy.promises.registry import PromiseBroken
from privacy.promises.running_site import RunningSite

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_an_issue_that_was_sent_is_looked_at_as_it_is_stored(issue, reader):
    reader()
    issue_services.schedule(issue)
    assert sending.send_issues() == 1
    site = RunningSite()
    assert looks.past_issues_can_be_read(site).figures == {"issues": 1}
    assert looks.stored_issues_were_found_in_order(site).figures == {"issues": 1, "mails read": 1}
    assert looks.waiting_issues_have_a_way_out(site).figures == {"mails read": 1}
    assert looks.sent_issues_had_topics_and_a_checklist(site).figures == {"issues": 1}


WRITTEN = "[a](/list/?page=2#top), [b](https://a.test/?a=1&amp;b=2)"


@pytest.mark.parametrize(
    "address",
    ["https://b.test/", "https://us.test/list/?page=2#top", "https://a.test/?a=1&b=2)."],
)
def test_what_its_writer_put_behind_a_link_may_stand_there(address):
    looks.must_be_as_written([address], WRITTEN)


@pytest.mark.parametrize("address", ["https://b.test/?x", "https://a.test/?a=1&b=3", "/list/#7"])
def test_what_nobody_wrote_behind_a_link_is_found(address):
    with pytest.raises(PromiseBroken, match="what nobody wrote"):
        looks.must_be_as_written([address], WRITTEN)
