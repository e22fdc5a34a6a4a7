"""Stylesheets lose what was written for us, and nothing else."""

import re

from django.conf import settings
from django.core.files.base import ContentFile

from sens_site.lib.deploy.static_storage import SiteStaticStorage, compact


def strings(css):
    """Return the quoted strings of a stylesheet, comments left out."""
    return re.findall(r'"[^"]*"', re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def test_comments_and_white_space_go():
    css = (
        "/* why */\na:hover ,\n  b { color : red;\n\n  margin: 0 1px; }\n@media (width < 9rem) {\n}"
    )
    assert compact(css) == "a:hover,b{color :red;margin:0 1px;}@media (width < 9rem){}"


def test_compacting_twice_is_compacting_once():
    css = (settings.BASE_DIR / "static/css/site.css").read_text()
    once = compact(css)
    assert compact(once) == once
    assert strings(once) == strings(css)
    assert once.count("{") == css.count("{") == once.count("}")


def test_only_our_own_stylesheets_are_touched(tmp_path):
    storage = SiteStaticStorage(location=str(tmp_path))
    source = b"a { b: c; } /* d */\n"
    for name in ("css/own.css", "admin/css/base.css", "js/own.js"):
        storage.save(name, ContentFile(source))
    kept = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*.*")}
    assert kept == {
        "css/own.css": b"a{b:c;}",
        "admin/css/base.css": source,
        "js/own.js": source,
    }


def test_the_hashed_copy_that_pages_ask_for_is_whole(tmp_path):
    storage = SiteStaticStorage(location=str(tmp_path), base_url="/static/")
    storage.save("css/own.css", ContentFile(b"a { b: c; }\n"))
    list(storage.post_process({"css/own.css": (storage, "css/own.css")}))
    name = storage.url("css/own.css").removeprefix("/static/")
    assert name != "css/own.css"
    assert (tmp_path / name).read_bytes() == b"a{b:c;}"
