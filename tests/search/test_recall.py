"""Two hundred questions of which it is known what was meant."""

import pytest

from bench import catalogue
from search.finding import search

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(found_in_tests):
    made = list(catalogue.entries(600, words=20))
    found_in_tests(*made)
    return list(catalogue.questions(made, 200))


def test_numbers_and_words_with_one_mistake_find_what_was_meant(asked):
    paths = {f"d{index}": f"/catalogue/{index}/" for index in range(600)}
    missed: dict[str, list[str]] = {"numbers": [], "mistakes": []}
    for place, question in enumerate(asked):
        if paths[question.key] not in [hit.path for hit in search(question.typed).hits]:
            missed["numbers" if place % 2 else "mistakes"].append(question.typed)
    assert len(asked) == 200
    assert len({question.key for question in asked}) == 200
    assert (len(missed["numbers"]), len(missed["mistakes"]) <= 5) == (0, True), missed
