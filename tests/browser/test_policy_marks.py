"""Marks of the policy: notes in the margin beside their sentences, and room for a finger."""

import pytest

NOTES = """() => [...document.querySelectorAll('.policy a[class]')].map(mark => {
    const sentence = [...mark.getClientRects()].at(-1);
    const note = mark.querySelector('i').getBoundingClientRect();
    const middle = box => box.top + box.height / 2;
    return {
        number: mark.textContent, apart: Math.abs(middle(note) - middle(sentence)),
        beside: note.left > mark.closest('article').getBoundingClientRect().right,
        whole: note.right <= innerWidth,
    };
})"""
PRESSED = """() => [...document.querySelectorAll('.policy a[class]')].filter(mark => {
    mark.scrollIntoView({block: 'center'});
    const box = [...mark.getClientRects()].at(-1);
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    return ![[-11, 0], [11, 0], [0, -11], [0, 11]].every(([right, down]) =>
        document.elementFromPoint(x + right, y + down)?.closest('a') !== null);
}).map(mark => mark.textContent)"""


@pytest.mark.parametrize("width", [1280, 1600])
def test_every_note_stands_beside_its_sentence(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/privacy/")
    notes = page.evaluate(NOTES)
    assert len(notes) > 150
    assert [one for one in notes if one["apart"] > 20 or not (one["beside"] and one["whole"])] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_every_mark_can_be_pressed_by_a_finger(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/privacy/")
    assert page.evaluate(PRESSED) == []
