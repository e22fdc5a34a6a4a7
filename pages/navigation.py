"""The navigation tree as it is shipped.

The menu is the company's and stands in its `company.toml`; what rooms of ours serve stands here. A
text that neither names is a page all the same, below the page whose address it continues.
Plain data: what comes with the site needs no table and no query. How staff have arranged it, and
what they have added, is in `pages/tree.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings

from pages.page_texts import label_of, text_paths
from sens_site.lib.content import read_redirects
from sens_site.lib.menu import NEEDED_IN_MENU, Link, paths_of


@dataclass(frozen=True, slots=True)
class Node:
    """One address of the site.

    `label` stands in menu and breadcrumb. `in_menu` is False for pages that the footer or another
    page leads to. `content` is True where the pages room shows a Markdown text at this address,
    False where another room owns the view. `indexed` is False for what search engines should not
    list. `about` describes a page of another room where it is linked. `drawing` and `on_home` are
    the company's (`Link`).
    """

    path: str
    label: str
    children: tuple["Node", ...] = field(default=())
    in_menu: bool = True
    content: bool = True
    indexed: bool = True
    about: str = ""
    drawing: str = ""
    on_home: str = ""


# Pages that rooms of ours serve below a page of the company's.
BELOW = {
    "/contact/": (
        Node(
            "/contact/webmaster/",
            "Contact Webmaster",
            in_menu=False,
            content=False,
            about="Questions about this website, your account or your personal information.",
        ),
    ),
}


OURS = (
    Node(
        "/privacy/",
        "Privacy",
        (
            Node("/privacy/history/", "Policy history", in_menu=False, content=False),
            Node("/privacy/promises/", "Promises", in_menu=False, content=False),
            Node("/privacy/choices/", "Your privacy choices", in_menu=False, content=False),
            Node("/privacy/record/", "What we hold, and why", in_menu=False, content=False),
            Node("/privacy/requests/", "Requests in figures", in_menu=False, content=False),
        ),
        in_menu=False,
        content=False,
    ),
    Node("/legal/", "Legal", in_menu=False, content=False),
    Node("/cookies/", "Cookies", in_menu=False, content=False),
    Node("/newsletter/", "eNewsletter", in_menu=False),
    Node("/accessibility/", "Accessibility", in_menu=False),
    Node("/sitemap/", "Site map", in_menu=False, content=False),
    Node("/search/", "Search", in_menu=False, content=False, indexed=False),
    Node("/accounts/register/", "Register", in_menu=False, content=False, indexed=False),
    Node("/accounts/login/", "Log in", in_menu=False, content=False, indexed=False),
)
"""Top pages that are no company's."""
OLD_ADDRESSES = {
    "/login/": "/accounts/login/",
    "/register/": "/accounts/register/",
    "/privacy-policy/": "/privacy/",
    **{row["old"]: row["new"] for row in read_redirects(settings.CONTENT_DIR)},
}
"""Where people look for what is ours, and what the company's former site had at other addresses."""
NAMED = {"/", *paths_of(settings.COMPANY.menu), *(node.path for node in OURS)}


def _made_by_a_text(parent: str) -> tuple[Node, ...]:
    below = (path for path in text_paths() if path not in NAMED)
    return tuple(
        Node(path, label_of(path), in_menu=False)
        for path in below
        if path.rstrip("/").rpartition("/")[0] + "/" == parent
    )


def _node(link: Link) -> Node:
    children = tuple(_node(child) for child in link.children)
    below = BELOW.get(link.path, ()) + _made_by_a_text(link.path)
    return Node(link.path, link.label, children + below, drawing=link.drawing, on_home=link.on_home)


MENU = tuple(_node(link) for link in settings.COMPANY.menu)
"""The top entries as shipped."""
HOME = Node("/", "Home", (*MENU, *OURS, *_made_by_a_text("/")))


def walk(node: Node = HOME) -> Iterator[Node]:
    """Yield the node and all below it, parents first."""
    yield node
    for child in node.children:
        yield from walk(child)


def trails_below(
    node: Node, above: tuple[Node, ...] = ()
) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """Yield each path with the nodes from `node` down to it."""
    trail = (*above, node)
    yield node.path, trail
    for child in node.children:
        yield from trails_below(child, trail)


TRAILS: dict[str, tuple[Node, ...]] = dict(trails_below(HOME))
"""For each path the nodes from Home down to it."""
FIXED = frozenset(
    {
        HOME.path,
        *NEEDED_IN_MENU,
        *(link.path for link in settings.COMPANY.departments),
        *(node.path for node in OURS if node.content),
    }
)
"""Pages to which code leads: they stay where they are, and are neither hidden nor removed."""
