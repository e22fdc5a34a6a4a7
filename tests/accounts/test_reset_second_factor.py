import io

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db


def reset(username, by):
    out = io.StringIO()
    call_command("reset_second_factor", username, by=by, stdout=out)
    return out.getvalue()


def test_it_removes_the_factor_logs_both_and_mails_the_owner(staff, letters):
    alan = make_staff("alan")
    assert "alan" in reset("alan", by="grace")
    assert Authenticator.objects.filter(user=alan).count() == 0
    assert Authenticator.objects.filter(user=staff).count() == 1
    log = LogEntry.objects.get()
    assert (log.user, log.object_id) == (staff, str(alan.pk))
    assert letters.all() == [("alan@company.test", "Your second factor has been removed")]
    assert "webmaster@company.test" in letters.text("Your second factor has been removed")


@pytest.mark.parametrize(
    ("username", "by", "says"),
    [
        ("grace", "grace", "ask a colleague"),
        ("grace", "ada", "ada may not"),
        ("grace", "former", "former may not"),
        ("ada", "grace", "ada has no second factor"),
        ("nobody", "grace", "There is no account nobody"),
        ("grace", "nobody", "There is no account nobody"),
    ],
)
def test_it_takes_two_and_says_what_is_wrong(staff, person, letters, username, by, says):
    make_person("former", is_staff=True, is_superuser=True, is_active=False)
    with pytest.raises(CommandError, match=says):
        reset(username, by=by)
    assert Authenticator.objects.count() == 1
    assert (LogEntry.objects.count(), letters.all()) == (0, [])
