"""The one navigation tree: menu, breadcrumb, sitemap, footer and tests are all drawn from it.

Plain data in code: some forty fixed nodes need no table, no query and no tree package. The text of
a page may be edited by staff; its place in the tree is changed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Node:
    """One address of the site.

    `label` stands in menu and breadcrumb. `in_menu` is False for pages that the footer or another
    page leads to. `content` is True where the pages room shows a Markdown text at this address,
    False where another room owns the view. `indexed` is False for what search engines should not
    list. `about` describes a page of another room where it is linked.
    """

    path: str
    label: str
    children: tuple["Node", ...] = field(default=())
    in_menu: bool = True
    content: bool = True
    indexed: bool = True
    about: str = ""


def _section(path: str, label: str, *children: tuple[str, str]) -> Node:
    return Node(path, label, tuple(Node(path + slug + "/", text) for slug, text in children))


APPLICATIONS = _section(
    "/applications/",
    "Applications",
    ("genset-engine-starting", "Genset Engine Starting"),
    ("electric-utilities-switchgear", "Electric Utilities / Switchgear"),
    ("industrial-control-scada", "Industrial Control / SCADA"),
    ("marine", "Marine"),
)
PRODUCTS = _section(
    "/products/",
    "Products",
    ("switch-mode-battery-chargers", "Industrial Switch Mode Battery Chargers"),
    (
        "batteries-selectors-accessories",
        "Industrial Batteries, Best Battery Selectors, Accessories",
    ),
    ("dc-systems-dc-ups", "Complete DC Systems / DC UPS"),
    ("scr-stationary-battery-chargers", "SCR Stationary Battery Chargers"),
)
QUALITY = _section(
    "/quality-leadership/",
    "Quality Leadership",
    ("codes-standards", "Codes & Standards"),
    ("iso-9001", "ISO 9001"),
    ("lean-manufacturing", "Lean Manufacturing"),
    ("worst-case-design", "Worst-case Design"),
)
SUPPORT = Node(
    "/support/",
    "Support",
    (
        Node("/support/user-manuals/", "User Manuals"),
        Node("/support/battery-charging-faq/", "Battery Charging FAQ"),
        Node("/downloads/", "Download Center"),
        Node("/support/conflict-minerals/", "Conflict Minerals Policy"),
        Node("/support/software-revision-history/", "Software Revision History"),
        Node("/support/warranty-repair-spares/", "Warranty / Repair / Spares"),
        Node("/support/application-notes/", "Application Notes"),
        Node("/support/white-papers/", "White Papers"),
        Node("/support/education/", "Education"),
    ),
)
ABOUT = _section(
    "/about/",
    "About SENS",
    ("unique-value-add", "Unique Value-add"),
    ("lowest-total-cost", "Lowest Total Cost"),
    ("history", "History"),
    ("partners-alliances", "Partners / Alliances"),
)
NEWS = Node("/news/", "News")
CONTACT = Node(
    "/contact/",
    "Contact",
    (
        Node("/contact/sales-genset/", "Sales – Genset Products"),
        Node("/contact/sales-marine/", "Sales – Marine Power, Filtered Chargers & DC Systems"),
        Node("/contact/tech-support/", "Tech Support / Service"),
        Node("/contact/order-status/", "Order Status"),
        Node("/contact/feedback/", "Feedback"),
        Node(
            "/contact/webmaster/",
            "Contact Webmaster",
            in_menu=False,
            content=False,
            about="Questions about this website, your account or your personal information.",
        ),
    ),
)
REGISTER = Node("/accounts/register/", "Register", content=False, indexed=False)
LOGIN = Node("/accounts/login/", "Login", content=False, indexed=False)

HOME = Node(
    "/",
    "Home",
    (
        APPLICATIONS,
        PRODUCTS,
        QUALITY,
        SUPPORT,
        ABOUT,
        NEWS,
        CONTACT,
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
        REGISTER,
        LOGIN,
    ),
)

MENU = tuple(node for node in HOME.children if node.in_menu and node not in (REGISTER, LOGIN))
"""The seven top entries."""


def walk(node: Node = HOME) -> Iterator[Node]:
    """Yield the node and all below it, parents first."""
    yield node
    for child in node.children:
        yield from walk(child)


def _trails(node: Node, above: tuple[Node, ...]) -> Iterator[tuple[str, tuple[Node, ...]]]:
    trail = (*above, node)
    yield node.path, trail
    for child in node.children:
        yield from _trails(child, trail)


TRAILS: dict[str, tuple[Node, ...]] = dict(_trails(HOME, ()))
"""For each path the nodes from Home down to it."""


def trail_to(path: str) -> tuple[Node, ...]:
    """Return the nodes from Home to the nearest known ancestor-or-self of `path`."""
    while path not in TRAILS:
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return TRAILS[path]
