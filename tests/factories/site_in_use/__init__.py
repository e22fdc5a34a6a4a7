"""A site as two years of use leave it: rows of every room, in each of their states, in their periods.

What a room's own services do, they do, on days gone by; then the jobs run that run each day, so that
what is over has gone. Nothing is left to chance: a check that is red is red the next time, too.
"""

from outbox import delivery
from outbox.job_runs import run_noted
from outbox.jobs import registered_jobs
from tests.factories.site_in_use.content import write_content
from tests.factories.site_in_use.documents import offer_documents
from tests.factories.site_in_use.messages import load_order_list, receive_messages
from tests.factories.site_in_use.newsletter import send_newsletter
from tests.factories.site_in_use.people import employ, erase_some, leave, register
from tests.factories.site_in_use.records import (
    draft_policies,
    leave_mails,
    note_promises,
    write_down,
)
from tests.factories.site_in_use.requests import hold_one, receive_requests
from tests.factories.site_in_use.visitors import visit

LOOKS = ("promise", "outside")
"""Jobs that look at what the test itself looks at, or ask another machine."""


def use_for_two_years() -> None:
    """Fill the database that a set-up has left."""
    staff = employ()
    customers = register()
    load_order_list(customers)
    receive_messages(staff, customers)
    offer_documents(staff, customers)
    receive_requests(staff, customers)
    send_newsletter(customers)
    write_content(staff)
    visit()
    erase_some(customers)
    hold_one(staff, customers)
    note_promises()
    draft_policies(staff, customers)
    write_down(staff)
    leave(staff)
    send_all()
    run_jobs()
    send_all()
    leave_mails(customers)


def send_all() -> None:
    """Hand over all mails that are due."""
    while delivery.deliver_due():
        pass


def run_jobs() -> None:
    """Do what the worker does each day."""
    for job in registered_jobs():
        if not any(word in job.name for word in LOOKS):
            run_noted(job)
