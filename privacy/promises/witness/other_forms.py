"""What stands of a page in an answer that is none: a feed, its data, its Markdown.

A feed reader draws what a feed holds, and whoever asks for the Markdown of a page draws that. So the
elements in it are looked at as if they stood in a page.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from privacy.promises.visitor import Answer

_PICTURE = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^\s)>]+)")
_STYLE_OF_XML = re.compile(r"<\?xml-stylesheet([^?]*)\?>")
_SHOWN_BY_A_FEED = re.compile(r"<(?:icon|image|logo|url)>\s*([^<\s]+)\s*</", re.IGNORECASE)


def drawn(answer: Answer) -> str:
    """Return the HTML that somebody draws who is given an answer; nothing where there is none."""
    if answer.is_page:
        return answer.text
    kind = answer.header("Content-Type").partition(";")[0].strip().lower()
    if kind.endswith(("+xml", "/xml")):
        return _of_xml(answer.text)
    if kind.endswith(("+json", "/json")):
        return "\n".join(_of_json(answer.text))
    return _of_markdown(answer.text) if kind == "text/markdown" else ""


def _of_xml(text: str) -> str:
    named = [f"<link rel=stylesheet {one}>" for one in _STYLE_OF_XML.findall(text)]
    named += [_picture(one) for one in _SHOWN_BY_A_FEED.findall(text)]
    return "\n".join([text, html.unescape(text), *named])


def _of_json(text: str) -> Iterator[str]:
    try:
        waiting: list[Any] = [json.loads(text)]
    except ValueError:
        return
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and "<" in one:
            yield one


def _of_markdown(text: str) -> str:
    return "\n".join([text, *map(_picture, _PICTURE.findall(text))])


def _picture(address: str) -> str:
    return f'<img src="{html.escape(address)}">'
