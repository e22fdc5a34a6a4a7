"""What readers would see is held against the file, both ways."""

import pytest

from privacy.policy.importing.comparison import Part, compare_parts, compare_words
from privacy.policy.importing.document import Document
from privacy.policy.importing.findings import ImportRefused

ONE = Part("paragraph", "We keep it.", place="line 3")
TWO = Part("item of a list", "Always.", "1 •", "line 4")


@pytest.mark.parametrize(
    ("wanted", "shown", "message"),
    [
        (
            [ONE, TWO],
            [ONE],
            (
                "line 4: the item of a list “Always.” cannot be taken over as it is: it would become "
                " “” (). Write it more simply, then import it again."
            ),
        ),
        ([ONE], [ONE, TWO], "The draft would say more than the file: “Always.”."),
        (
            [TWO],
            [Part("item of a list", "Always.", "1 1.")],
            (
                "line 4: the item of a list “Always.” cannot be taken over as it is: it would become "
                "item of a list “Always.” (1 1.). Write it more simply, then import it again."
            ),
        ),
    ],
)
def test_another_structure_is_refused(wanted: list[Part], shown: list[Part], message: str):
    with pytest.raises(ImportRefused) as refusal:
        compare_parts(wanted, shown)
    assert str(refusal.value) == message


def test_words_that_would_be_lost_are_named():
    document = Document("text", [], [[("We keep it, always, whatever comes and goes.", True)]])
    with pytest.raises(ImportRefused, match="Look near: “We keep it, always, whatever comes and"):
        compare_words(document, [Part("paragraph", "We keep it, whatever comes and goes.")])


@pytest.mark.parametrize(
    ("original", "shown"),
    [
        ([("We keep it. ", True), ("Not this.", False)], "We keep it."),
        ([("Cafe\u0301 10", True), ("2", True)], "Café 10²"),
        ([("d", True)], "d. “d”"),
        ([("We.{promise:a.b}", True)], "We."),
    ],
)
def test_what_is_written_otherwise_is_no_loss(original: list[tuple[str, bool]], shown: str):
    compare_words(Document("text", [], [original]), [Part("paragraph", shown)])
