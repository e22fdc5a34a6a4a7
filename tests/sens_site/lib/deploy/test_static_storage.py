"""Stylesheets lose what was written for us, and nothing else."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from sens_site.lib.content import ContentError
from sens_site.lib.deploy import static_storage
from sens_site.lib.deploy.static_storage import (
    COLORS,
    SiteStaticStorage,
    compact,
    plain_first,
    short_names,
    with_colors,
    with_days,
    with_short_names,
)


def strings(css):
    """Return the quoted strings of a stylesheet, comments left out."""
    return re.findall(r'"[^"]*"', re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def test_comments_and_white_space_go():
    css = (
        "/* why */\na:hover ,\n  b { color : red;\n\n  margin: 0 1px; }\n@media (width < 9rem) {\n}"
    )
    assert compact(css) == "a:hover,b{color :red;margin:0 1px}@media (width<9rem){}"


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
        "css/own.css": b"a{b:c}",
        "admin/css/base.css": source,
        "js/own.js": source,
    }


def test_the_hashed_copy_that_pages_ask_for_is_whole(tmp_path):
    storage = SiteStaticStorage(location=str(tmp_path), base_url="/static/")
    storage.save("css/own.css", ContentFile(b"a { b: c; }\n"))
    list(storage.post_process({"css/own.css": (storage, "css/own.css")}))
    name = storage.url("css/own.css").removeprefix("/static/")
    assert name != "css/own.css"
    assert (tmp_path / name).read_bytes() == b"a{b:c}"


SITE = """@layer base;
@import "company.css";
:root { --accent: red; --on-accent: light-dark(#fff, #000); }
a { color: var(--accent); }
"""


def test_the_companys_colors_take_the_place_of_our_own():
    colors = "/* ours: --deep: x; */ :root {\n  --accent: light-dark(#00f, #0ff);\n}"
    assert compact(with_colors(SITE, colors)) == (
        "@layer base;:root{--accent:light-dark(#00f,#0ff);--on-accent:light-dark(#fff,#000)}"
        "a{color:var(--accent)}"
    )


def test_no_color_of_the_site_as_it_is_sent_needs_a_browser_that_knows_pairs():
    source = (settings.BASE_DIR / "static" / "css" / "site.css").read_text()
    sent = plain_first(compact(with_colors(source, COLORS.read_text())))
    assert "light-dark" not in sent
    light, _, rest = sent.partition("@media screen and (prefers-color-scheme:dark)")
    dark, _, band = rest.partition("@layer base")
    assert "--edge:#687b85;" in light
    assert "--edge:#8397a1;" in dark
    assert len(re.findall(r"--[a-z-]+:", dark)) == source.count("light-dark(")
    # A dark band has the dark colors on screens of both kinds, and on paper the light ones.
    assert band == f"{{@media screen{{.deep{dark.removeprefix('{:root').removesuffix('}')}}}}}"


def test_a_stylesheet_that_asks_for_no_colors_keeps_its_own():
    css = SITE.replace('@import "company.css";', "")
    assert with_colors(css, ":root { --accent: blue; }") == css


def test_a_color_that_nothing_uses_is_named():
    with pytest.raises(ContentError, match="sets --acent, which no style"):
        with_colors(SITE, ":root { --acent: blue; }")


def test_the_sites_stylesheet_asks_nobody_else_once_it_is_collected():
    css = (settings.BASE_DIR / "static/css/site.css").read_text()
    collected = compact(with_colors(css, COLORS.read_text()))
    assert "@import" not in collected
    for company in ("example", settings.CONTENT_DIR.name):
        colors = settings.BASE_DIR / "content" / company / "static/css/company.css"
        wanted = re.findall(r"--[a-z-]+:[^;}]+", compact(colors.read_text()))
        shown = compact(with_colors(css, colors.read_text()))
        assert len(wanted) == 4
        assert [
            color for color in wanted if f"{color};" not in shown and f"{color}}}" not in shown
        ] == []


def test_the_hashed_copy_holds_the_colors_and_its_name_changes_with_them(tmp_path, monkeypatch):
    """Collect twice, as `collectstatic` does: from the files of a folder into the storage."""
    names = []
    for number, color in enumerate(("#00f", "#0f0")):
        source = FileSystemStorage(location=str(tmp_path / f"from{number}"))
        source.save("css/site.css", ContentFile(SITE.encode()))
        source.save("css/company.css", ContentFile(f":root {{ --accent: {color}; }}".encode()))
        monkeypatch.setattr(static_storage, "COLORS", Path(source.path("css/company.css")))
        monkeypatch.setattr(static_storage, "SITE", Path(source.path("css/site.css")))
        storage = SiteStaticStorage(location=str(tmp_path / f"to{number}"), base_url="/static/")
        found = {name: (source, name) for name in ("css/site.css", "css/company.css")}
        for name in found:
            with source.open(name) as file:
                storage.save(name, file)
        list(storage.post_process(found))
        names.append(storage.url("css/site.css").removeprefix("/static/"))
        sent = (tmp_path / f"to{number}" / names[-1]).read_text()
        assert sent == (
            f"@layer base;:root{{--A:{color};--B:#fff}}"
            "a{color:var(--A)}"
            "@media screen and (prefers-color-scheme:dark){:root{--B:#000}}"
        )
    assert len(set(names)) == 2


def test_variables_have_short_names_unless_a_drawing_uses_them():
    site = ":root { --accent: red; --s: 1rem; --edge: gray; } .a { --on-accent: var(--accent); }"
    names = short_names(site, ['<path stroke="var(--edge)"/>'])
    assert names == {"--accent": "--A", "--on-accent": "--B"}
    assert with_short_names("a { color: var(--on-accent, var(--accented)); }", names) == (
        "a { color: var(--B, var(--accented)); }"
    )


def test_a_sheet_of_pages_is_collected_with_short_names_and_one_of_the_admin_with_its_own(tmp_path):
    storage = SiteStaticStorage(location=str(tmp_path))
    for name in ("css/own.css", "css/admin.css"):
        storage.save(name, ContentFile(b"a { color: var(--on-accent); border-color: var(--edge) }"))
    kept = {path.name: path.read_text() for path in (tmp_path / "css").glob("*.css")}
    assert re.fullmatch(r"a\{color:var\(--[A-Z]\);border-color:var\(--edge\)\}", kept["own.css"])
    assert kept["admin.css"] == "a{color:var(--on-accent);border-color:var(--edge)}"


@pytest.mark.parametrize("name", ["parts.css", "privacy.css"])
def test_a_sheet_that_imports_days_holds_them_once_it_is_collected(name):
    css = (settings.BASE_DIR / "static/css" / name).read_text()
    assert "@import" not in with_days(css)
    assert ".days .broken { stroke-dasharray: 3 2; }" in with_days(css)
    hashed = css.replace('"days.css"', 'url("days.0f0fcb69c5c4.css")')
    assert with_days(hashed) == with_days(css)


def test_where_a_file_lies_is_worked_out_once(tmp_path, monkeypatch):
    storage = SiteStaticStorage(location=str(tmp_path), base_url="/static/")
    storage.hashed_files = {"css/own.css": "css/own.1.css"}
    asked = []
    plain = FileSystemStorage.url

    def url(self, name):
        asked.append(name)
        return plain(self, name)

    monkeypatch.setattr(FileSystemStorage, "url", url)

    assert [storage.url("css/own.css") for _ in range(3)] == ["/static/css/own.1.css"] * 3
    assert asked == ["css/own.1.css"]


def test_a_file_that_was_collected_anew_is_found_where_it_lies_now(tmp_path):
    storage = SiteStaticStorage(location=str(tmp_path), base_url="/static/")
    storage.hashed_files = {"css/own.css": "css/own.1.css"}
    storage.url("css/own.css")

    storage.hashed_files = {"css/own.css": "css/own.2.css"}

    assert storage.url("css/own.css") == "/static/css/own.2.css"


def test_what_was_not_collected_lies_nowhere(tmp_path):
    storage = SiteStaticStorage(location=str(tmp_path), base_url="/static/")

    with pytest.raises(ValueError, match=r"css/own\.css"):
        storage.url("css/own.css")
