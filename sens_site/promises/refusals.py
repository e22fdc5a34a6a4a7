"""Promises about what forms demand: also of some people, at some hours, or beside what they say.

Which fields a form demands its page shows. What its code demands besides, of who writes from some
mailbox or ticks some box, is met by no look that does neither. So the few places that refuse what was
typed stand here. Who adds one adds it here, and says why.
"""

import ast
import re
from collections.abc import Callable, Mapping

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.source_code import called, nodes, sources

OF_MESSAGES = {
    "contact/forms.py": 1,  # photos are to be chosen again
    "contact/photos.py": 3,
    "contact/views.py": 1,  # too many messages
    "sens_site/lib/forms/base.py": 1,  # a field of the desk that is not demanded any more
    "sens_site/lib/forms/fields.py": 2,  # an address of no known form; lines
    "sens_site/lib/forms/text_guard.py": 2,  # signs that no text has
    "sens_site/lib/forms/typed.py": 1,  # the site is busy
}
"""How often what somebody has typed into a form under Contact is refused."""
OF_OTHERS = {
    "accounts/adapter.py": 1,
    "accounts/forms.py": 4,
    "accounts/second_factor.py": 1,
    "accounts/validators.py": 3,
    "newsletter/forms.py": 1,
    "newsletter/views.py": 3,
    "privacy/consent/forms.py": 2,
    "privacy/rights/forms.py": 7,  # six of them at the desk
    "privacy/rights/views.py": 1,
    "search/forms.py": 2,
}
"""And how often in other forms that everybody meets."""
OF_STAFF = frozenset({
    "downloads/forms.py", "news/forms.py", "newsletter/import_admin.py", "newsletter/issue_forms.py",
    "pages/forms.py", "privacy/consent/admin.py", "privacy/consent/offer/switches.py",
    "privacy/policy/claim_admin.py", "privacy/policy/import_admin.py",
    "sens_site/lib/admin/edit_stamp.py", "sens_site/lib/forms/publishing.py",
})  # fmt: skip
"""Forms of the desk: what these demand of colleagues, the policy does not say."""
REFUSING = frozenset({"add_error", "ValidationError"})
OF_ERRORS = frozenset({"errors", "_errors"})
_WORDS = re.compile(r"add_error|ValidationError|required|errors")


def refuses(node: ast.AST) -> bool:
    """Tell whether what was typed is refused here, or a field is demanded that was not."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return node.attr == "required"
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        return getattr(node.value, "attr", "") in OF_ERRORS
    return called(node) in REFUSING


def _is_of_messages(path: str) -> bool:
    return path.startswith(("contact/", "sens_site/lib/forms/")) and path not in OF_STAFF


def _is_of_others(path: str) -> bool:
    return not _is_of_messages(path) and path not in OF_STAFF


def only_known_refusals(known: Mapping[str, int], mine: Callable[[str], bool]) -> int:
    """Require that some modules refuse as often as is known; return how often that is."""
    places = 0
    for path, text in sources():
        if mine(path) and _WORDS.search(text):
            found = sum(map(refuses, nodes(text)))
            places += found
            least = known.get(path, 0)
            require(
                found <= least,
                f"{path} refuses what somebody has typed in {found} places, and {least} are known",
            )
    require(places, "no place was found that refuses anything")
    return places


@promise("form.required-fields", look=Look.NOW, strength=Strength.LOOKED_UP)
def messages_are_refused_in_known_places_alone(site: RunningSite) -> Evidence:
    """No other code demands anything of a message, whoever writes it."""
    places = only_known_refusals(OF_MESSAGES, _is_of_messages)
    return Evidence(
        "What is typed into a form under Contact is refused in the known places of the code and in no "
        "other, whoever writes.",
        {"places that refuse": places},
    )


@promise("choices.withhold", look=Look.NOW, strength=Strength.LOOKED_UP)
def forms_refuse_in_known_places_alone(site: RunningSite) -> Evidence:
    """The same of all other forms that everybody meets."""
    places = only_known_refusals(OF_OTHERS, _is_of_others)
    return Evidence(
        "What is typed into the other forms is refused in the known places of the code and in no "
        "other, whoever types.",
        {"places that refuse": places},
    )
