"""Entries as a manufacturer's site has them, and questions of which it is known what was meant.

All of it is made up, from a seed: the same in each run. Names of models are drawn from syllables.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from search.registry import Entry

KINDS = (
    "User manual", "Installation guide", "Outline drawing", "Wiring diagram", "Data sheet",
    "Application note", "Certificate", "Spare parts list", "White paper", "Release note",
)  # fmt: skip
THINGS = (
    "battery charger", "DC power supply", "rectifier", "starting battery", "battery selector",
    "alarm relay", "enclosure", "distribution panel", "temperature sensor", "mounting kit",
)  # fmt: skip
SYLLABLES = (
    "bar", "cor", "dal", "fen", "gar", "hol", "jun", "kel", "lor", "mar", "nev", "pol", "quin",
    "ros", "sel", "tor", "ver", "wil", "zan", "bri", "cla", "dro", "fra", "gli", "pra", "stu",
)  # fmt: skip
WORDS = (  # noqa: SIM905 - eighty words read best in rows
    "the unit charges float equalize voltage current input output breaker fuse alarm relay contact "
    "terminal torque wire gauge ground cabinet door vent clearance ambient temperature altitude "
    "derating efficiency ripple filter capacitor transformer thyristor switch mode parallel load "
    "sharing redundant genset engine start crank battery lead acid nickel cadmium cell string "
    "maintenance inspection warranty serial label display menu setting parameter network address "
    "register value limit delay timer reset lamp test failure replace remove install tighten check "
    "before after during within between above below"
).split()


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody types, and the key of the entry that is meant."""

    typed: str
    key: str


def entries(count: int, *, seed: int = 1, words: int = 150) -> Iterator[Entry]:
    """Yield entries, each with a number and a model of its own."""
    chance = random.Random(seed)  # noqa: S311 - made-up catalogues keep no secret
    for index in range(count):
        letters = "".join(chance.choice("ABCDEFGHKLMNPRSTVW") for _ in range(2))
        number = f"{letters}{index:05d}-{chance.randrange(10, 99)}{chance.choice('ABCX')}"
        kind, thing = chance.choice(KINDS), chance.choice(THINGS)
        yield Entry(
            key=f"d{index}",
            path=f"/catalogue/{index}/",
            title=f"{kind}: {model(index)} {thing}",
            description=f"{kind} of the {model(index)}.",
            text=" ".join(chance.choice(WORDS) for _ in range(words)),
            numbers=(number,),
            changed_on=date(2026, 1, 1) + timedelta(days=index % 300),
        )


def model(index: int) -> str:
    """Return the name of a model, drawn so that neighbors share no syllable."""
    size = len(SYLLABLES)
    return "".join(
        SYLLABLES[(index * factor + shift) // size**power % size]
        for power, (factor, shift) in enumerate(((7, 3), (11, 5), (13, 17)))
    ).capitalize()


def questions(made: list[Entry], count: int, *, seed: int = 2) -> Iterator[Question]:
    """Yield questions by number, in all the ways in which people write one, and with one mistake."""
    chance = random.Random(seed)  # noqa: S311 - as above
    for index, entry in enumerate(chance.sample(made, count)):
        if index % 2:
            yield Question(written(entry.numbers[0], index // 2), entry.key)
            continue
        name, kind = entry.title.split(": ")[1].split()[0], entry.title.split(": ")[0]
        yield Question(f"{mistyped(name, chance)} {kind.split()[-1].lower()}", entry.key)


def written(number: str, way: int) -> str:
    """Return a number as one of those who copy it from a label write it."""
    ways = (
        number,
        number.lower(),
        number.replace("-", ""),
        number.replace("-", " "),
        f"{number[:2]}-{number[2:]}",
        f"{number[:2]} {number[2:].replace('-', ' ')}",
        number.replace("-", "/"),
        number.replace("-", "\N{EN DASH}").lower(),
    )
    return ways[way % len(ways)]


def mistyped(word: str, chance: random.Random) -> str:
    """Return a word with one mistake in it: a letter too many, too few, wrong, or two exchanged."""
    at, letter = chance.randrange(len(word) - 1), chance.choice("abcdefghijklmnopqrstuvwxyz")
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
