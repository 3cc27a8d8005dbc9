"""What the emulated providers were given, by their own journal: which word, to whom, how often."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Said:
    """`told`: who had which word. `lines`: how many messages a person had. `unforeseen`: what names no word of ours,
    or a person to whom that key does not belong."""

    told: Set[tuple[str, int]]
    lines: Counter[int]
    unforeseen: Sequence[str]

    @property
    def doubled(self) -> int:
        """Messages beyond one for each word that a person had."""
        return sum(self.lines.values()) - len(self.told)


def read(journal: Path, words: Iterable[str], people: int) -> Said:
    """`words`: the tellings that there were, by id; `people`: how many follow, numbered from 1."""
    known = {form: (word, person) for word in words for person in range(1, people + 1) for form in _forms(word, person)}
    told: set[tuple[str, int]] = set()
    lines: Counter[int] = Counter()
    unforeseen = []
    for line in journal.read_text(encoding="utf-8").splitlines():
        _, whom, key = line.split(" ", 2)
        found = known.get(key.rpartition("#")[2].partition("@")[0])
        person = _person(whom)
        if found is None or found[1] != person:
            unforeseen.append(line)
        else:
            told.add(found)
        lines[person] += 1
    return Said(told, lines, unforeseen)


def _forms(word: str, person: int) -> tuple[str, str, str]:
    """A message's key over HTTP, as the topic of Web Push, and as a mail's Message-ID."""
    key = f"{word}/sub-{person}"
    digest = hashlib.sha256(key.encode())
    return key, base64.urlsafe_b64encode(digest.digest()).decode()[:32], digest.hexdigest()[:40]


def _person(whom: str) -> int:
    """`/push/12`, `warga12`, `warga-12` or `6281000000012`."""
    found = re.search(r"\d+$", whom.removeprefix("6281"))
    return int(found[0]) if found else 0
