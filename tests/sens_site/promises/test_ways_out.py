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
        ("from botocore.config import Config", ["botocore"] * 2),
        ("def send():\n    import requests", ["requests"]),
        ('importlib.import_module("smtplib")', ["smtplib"]),
        ('__import__("socket").create_connection(there)', ["socket"]),
        ('import_string("requests.post")', ["requests"]),
        ("from urllib.parse import urlsplit", []),
        ("from . import requests", []),
        ("import_module(name)", []),
        ('print("requests")', []),
    ],
)
def test_what_speaks_to_others_is_found(text, found):
    assert list(_speaks(text)) == found
