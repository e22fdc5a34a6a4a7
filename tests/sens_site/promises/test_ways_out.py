"""A way to another machine is found, however a module takes it."""

import pytest

from sens_site.promises.ways_out import _speaks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import httpx", ["httpx"]),
        ("import os, urllib.request as get", ["urllib.request"]),
        ("from urllib.request import urlopen", ["urllib.request"]),
        ("from urllib import request", ["urllib.request"]),
        ("from botocore.config import Config", ["botocore"]),
        ("def send():\n    import requests", ["requests"]),
        ('importlib.import_module("smtplib")', ["smtplib"]),
        ('__import__("socket").create_connection(there)', ["socket"]),
        ('import_string("requests.post")', ["requests"]),
        ('import_string("urllib.request.urlopen")', ["urllib.request"]),
        ("import_string(of_them)", ["of_them"]),
        ("import_string(settings.SESSION_ENGINE)", []),
        ('import_module("ht" + "tp.client")', ["'ht' + 'tp.client'"]),
        ("from django.utils.module_loading import import_string as load", ["import_string"]),
        ('WAY = "http.client"', ["http.client"]),
        ("import mixpanel", ["mixpanel"]),
        ("from mixpanel.flags import Flags", ["mixpanel.flags"]),
        ("import os\nos.popen(words)", ["os.popen"]),
        ("from os import posix_spawn", ["os.posix_spawn"]),
        ("os.path.join(one)", []),
        ("from . import mixpanel", []),
        ("from urllib.parse import urlsplit", []),
        ("from . import requests", []),
        ("import_module(name)", []),
        ("import contact.models", []),
        ('print("requests")', []),
    ],
)
def test_what_speaks_to_others_is_found(text, found):
    assert set(_speaks(text)) == set(found)
