"""The recipes of CONTRIBUTING.md work as they are printed, and a step left out is noticed."""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.recipes import RECIPES, Copy, changed, read_recipes

pytestmark = pytest.mark.slow
# All recipes go into one copy: each start of the site takes a second, and system checks and pytest
# name all that they find at once.
COMMANDS = sorted({command for recipe in RECIPES for _, command, _ in recipe.left_out})
FILES_OF_ONES_OWN = {
    "Add a page": 1,
    "Add a column": 2,
    "Add a profile field": 4,
    "Add a promise": 3,
    "Add a third party": 2,
}
"""How many files a recipe may ask for, besides what a command writes."""


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """A copy of the project, removed at once: pytest would keep some hundred megabytes."""
    yield Copy(tmp_path)
    shutil.rmtree(tmp_path)


def in_one_run(tries: list[str]) -> list[str]:
    """Join what pytest is asked, as each of its runs would make a database first."""
    asked = [shlex.split(command) for command in tries if command.startswith("pytest ")]
    files = dict.fromkeys(word for _, file, *_ in asked for word in [file])
    names = " or ".join(words[3] for words in asked)
    assert all(words[2] == "-k" and len(words) == 4 for words in asked)
    return [
        *(command for command in tries if not command.startswith("pytest ")),
        f'pytest {" ".join(files)} -k "{names}"',
    ]


def test_recipes_work_as_they_are_printed(copy: Copy):
    for step in [step for recipe in RECIPES for step in recipe.steps]:
        copy.take(step)
    tried = ["manage.py check", "manage.py makemigrations --check --dry-run"]
    tried += in_one_run([command for recipe in RECIPES for command in recipe.tries])
    ended = {command: copy.run(command) for command in tried}
    assert {c: done.stdout for c, done in ended.items() if done.returncode != 0} == {}


@pytest.mark.exhaustive
@pytest.mark.parametrize("command", COMMANDS)
def test_a_step_left_out_is_named(copy: Copy, command: str):
    awaited: list[str] = []
    for recipe in RECIPES:
        rows = {step: words for step, by, words in recipe.left_out if by == command}
        awaited += rows.values()
        for step in recipe.steps:
            if step.number not in rows and not step.command:
                copy.take(step)
    done = copy.run(command)
    said = " ".join(done.stdout.split())
    assert (done.returncode != 0, [words for words in awaited if words not in said]) == (True, [])


def test_a_recipe_takes_as_many_files_as_it_should():
    asked = {r.title: len({step.file for step in r.steps if step.file}) for r in RECIPES}
    assert {title: asked.get(title) for title in FILES_OF_ONES_OWN} == FILES_OF_ONES_OWN


def test_every_recipe_says_what_notices_a_step_left_out():
    several = [recipe for recipe in RECIPES if len(recipe.steps) > 1]
    assert [recipe.title for recipe in several if not recipe.left_out] == []


@pytest.mark.parametrize("block", [" nowhere\n+new\n", " twice\n+new\n"])
def test_a_block_that_fits_nowhere_or_twice_is_no_recipe(block: str):
    with pytest.raises(LookupError):
        changed("\ntwice\ntwice\n", block)


def test_a_page_is_read_as_it_is_printed():
    page = """
## Recipes

### Bake

1. In `a.py`, flour:

   ```diff
    bowl
   +flour
   ```

2. Then `manage.py bake`

Try it: `pytest a`

| left out | what says so | with |
|---|---|---|
| step 1 | `manage.py check` | `no flour` |
"""
    (recipe,) = read_recipes(page)
    assert [(step.file, step.command) for step in recipe.steps] == [
        ("a.py", ""),
        ("", "manage.py bake"),
    ]
    assert changed("\nbowl\n", recipe.steps[0].block) == "\nbowl\nflour\n"
    assert (recipe.tries, recipe.left_out) == (
        ("pytest a",),
        ((1, "manage.py check", "no flour"),),
    )
