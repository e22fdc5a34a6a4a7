"""The recipes of CONTRIBUTING.md work as they are printed, and a step left out is noticed."""

from pathlib import Path

import pytest

from tests.architecture.recipes import RECIPES, Copy, changed, read_recipes

pytestmark = pytest.mark.slow
# All recipes go into one copy: each start of the site takes a second, and system checks and pytest
# name all that they find at once.
COMMANDS = sorted({command for recipe in RECIPES for _, command, _ in recipe.left_out})
FILES_OF_ONES_OWN = {
    "Add a column": 2,
    "Add a promise": 3,
    "Add a third party": 2,
}
"""How many files a recipe may ask for, besides what a command writes."""


def test_recipes_work_as_they_are_printed(tmp_path: Path):
    copy = Copy(tmp_path)
    for step in [step for recipe in RECIPES for step in recipe.steps]:
        copy.take(step)
    tried = ["manage.py check", "manage.py makemigrations --check --dry-run"]
    tried += [command for recipe in RECIPES for command in recipe.tries]
    ended = {command: copy.run(command) for command in tried}
    assert {c: done.stdout for c, done in ended.items() if done.returncode != 0} == {}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_step_left_out_is_named(tmp_path: Path, command: str):
    copy = Copy(tmp_path)
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
    assert [recipe.title for recipe in RECIPES if not recipe.left_out] == []


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
