"""A page that is only read has nothing typed to keep: the middleware answers for it."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from sens_site.lib.forms.typed import typed_is_kept


def test_reading_meets_the_fault_itself():
    @typed_is_kept(lambda request: pytest.fail("no form is asked for"), "none.html")
    def view(request):
        raise OperationalError("locked")

    with pytest.raises(OperationalError):
        view(RequestFactory().get("/"))
