"""How code writes lines: by calls that can be read, and in which other ways."""

import pytest

from sens_site.promises.log_calls import used_otherwise


@pytest.mark.parametrize(
    "text",
    [
        'import logging\nlogger = logging.getLogger(__name__)\nlogger.warning("Late: %s", number)',
        'from logging import getLogger\nlog = getLogger("a")\nlog.info("Done")',
        "from sys import argv\nprint(argv)",
        "from logging import Filter, LogRecord\n\n\nclass Cut(Filter):\n    pass",
        "import traceback\nframes = traceback.extract_tb(error.__traceback__)",
        'from company.logs import log\nlog.info("Done")',
    ],
)
def test_a_call_that_can_be_read_is_no_other_way(text):
    assert used_otherwise(text) == set()


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("import logging as quiet", "import logging as quiet"),
        ("import sys as system", "import sys as system"),
        ("from sys import stderr", "from sys import stderr"),
        ("from traceback import print_exc as say", "from traceback import print_exc"),
        ("import traceback\ntraceback.print_exc()", "traceback.print_exc"),
        ("import sys\nsys.stdout.flush()", "sys.stdout"),
        ('import os\nos.write(2, b"Late")', "os.write"),
        ("list(map(print, names))", "map(print, names)"),
        ("import logging\nhand(logging)", "hand(logging)"),
        ("from company.logs import log\nhand(log)", "hand(log)"),
        ('getattr(self.logger, "info")(name)', "getattr(self.logger, 'info')"),
        ('hand(getLogger("a"))', "hand(getLogger('a'))"),
    ],
)
def test_each_other_way_is_found(text, way):
    assert way in used_otherwise(text)
