"""A text that must not be longer than so much: how it is shortened, in a stated order. Pure.

1. Common words of the place's name are abbreviated. 2. Parts that may go, go one after another, the least needed first.
3. Names lose words from the end. What then has room again comes back, the most needed first. What must stay is a field
of which no wording is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_ABBREVIATED: Mapping[str, str] = {
    "jembatan": "Jbt", "pintu": "P", "bendung": "Bdg", "bendungan": "Bdg", "kelurahan": "Kel", "kecamatan": "Kec",
    "kemantren": "Kmt", "jalan": "Jl", "lapangan": "Lap", "gedung": "Gd", "kantor": "Ktr", "sekolah": "Sek",
    "kampung": "Kp", "halaman": "Hlm", "stasiun": "Sta", "selatan": "Sel", "utara": "Utr", "timur": "Tim",
    "barat": "Bar", "bridge": "Br", "street": "St",
}  # fmt: skip
_GENERIC = frozenset({"duga", "air", "pos", "jembatan", "pintu", "bendung", "bendungan", "stasiun", "di"})
"""what stands before the name of a gauge's place and is no part of it"""
_WORD_MOST = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """`template` with a field for each of `fields`, whose wordings stand from the best to the shortest. `abbreviates`:
    the fields whose second wording loses nothing; `gives`: those that are given up, in this order; `names`: those that
    lose words, one after another, after all else."""

    template: str
    fields: Mapping[str, Sequence[str]]
    abbreviates: Sequence[str]
    gives: Sequence[str]
    names: Sequence[str]

    def fitted(self, cost: Callable[[str], float], most: float) -> str:
        """The text at `most` of `cost`; longer only where the shortest wording of everything is."""
        at = dict.fromkeys(self.fields, 0)

        def text() -> str:
            return _tidy(self.template.format_map({name: self.fields[name][at[name]] for name in self.fields}))

        def left(name: str) -> bool:
            return at[name] + 1 < len(self.fields[name])

        for name in self.abbreviates:
            if cost(text()) > most and left(name):
                at[name] += 1
        for name in self.gives:
            while cost(text()) > most and left(name):
                at[name] += 1
        for name in self.names:
            while cost(text()) > most and left(name):
                at[name] += 1
        for name in (*self.names, *reversed(self.gives), *self.abbreviates):
            given = at[name]
            at[name] = 0
            while at[name] < given and cost(text()) > most:
                at[name] += 1
        return text()


def abbreviated(name: str) -> str:
    """Its common words as people shorten them in a message."""
    return " ".join(_ABBREVIATED.get(word.casefold(), word) for word in name.split())


def shorter(name: str) -> list[str]:
    """Wordings of a place's name: whole, abbreviated, without what only says what it is, then word by word less. One
    word of at most twelve letters stays."""
    words = name.split()
    while len(words) > 1 and words[0].casefold() in _GENERIC:
        words = words[1:]
    cut = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
    return [name, *_once([abbreviated(name), *cut, *(one[:_WORD_MOST].rstrip() for one in cut[-1:])])]


def told_apart(name: str) -> list[str]:
    """Wordings of a place to go to: whole, abbreviated, without what is added after a comma. With a word less it may be
    another place."""
    short = abbreviated(name)
    return _once([name, short, *(one for one in [re.split(r"[,(;]", short, maxsplit=1)[0].strip()] if one)])


def by_words(sentence: str) -> list[str]:
    """Wordings of a free sentence: whole, then word by word less, and nothing at last."""
    words = sentence.split()
    return _once([" ".join(words), *(" ".join(words[:count]) + " ..." for count in range(len(words) - 1, 0, -1)), ""])


def _once(wordings: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(wordings))


def _tidy(text: str) -> str:
    """Without the gaps that a field leaves which is given up."""
    return " ".join(text.split()).replace(" .", ".").replace(" ,", ",")
