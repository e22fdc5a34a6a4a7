"""Whether a command line of a deployment is one that the site understands."""

from collections.abc import Sequence
from typing import Any

from django.core.management import get_commands, load_command_class


def parsed(words: Sequence[str]) -> dict[str, Any]:
    """Let the command itself read its options; exits where it cannot. Gives them with its name."""
    python, manage, name, *options = words
    assert (python.rpartition("/")[2], manage) == ("python", "manage.py")
    command = load_command_class(get_commands()[name], name)
    found = vars(command.create_parser(manage, name).parse_args(options))
    return {"name": name, **found}
