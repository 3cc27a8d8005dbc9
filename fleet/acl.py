"""The broker's own access rules, read from its ACL files, so that whoever judges a wish judges as the broker does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contract.errors import BadInput

_READ, _WRITE = frozenset({"read", "readwrite"}), frozenset({"write", "readwrite"})
_MODES = _READ | _WRITE
_CITY = "/CITY/"


@dataclass(frozen=True, slots=True)
class Rule:
    """`user` is empty for a pattern, which holds for everybody, with %u for the name."""

    user: str
    mode: str
    topic: str


class Rights:
    """What one listener's ACL file allows."""

    def __init__(self, rules: Sequence[Rule], users: frozenset[str]) -> None:
        self._rules = tuple(rules)
        self.users = users
        """who is named in it"""

    def may_read(self, user: str, wish: str) -> bool:
        """Whether every topic that the filter `wish` asks for is allowed; a shared one is judged without its group."""
        if wish.startswith("$share/"):
            wish = wish.split("/", 2)[-1]
        return any(covers(allowed, wish) for allowed in self._allowed(user, _READ))

    def may_write(self, user: str, topic: str) -> bool:
        return any(covers(allowed, topic) for allowed in self._allowed(user, _WRITE))

    def _allowed(self, user: str, modes: frozenset[str]) -> Sequence[str]:
        return [
            rule.topic if rule.user else rule.topic.replace("%u", user)
            for rule in self._rules
            if rule.mode in modes and rule.user in {"", user}
        ]


def read(path: Path, city: str) -> Rights:
    """The file as it holds for a city: broker/mosquitto/run.sh fills it in alike. Raises BadInput naming the line that
    is no rule."""
    rules: list[Rule] = []
    users: set[str] = set()
    user: str | None = None
    for number, line in enumerate(_text(path).splitlines(), start=1):
        words = line.replace(_CITY, f"/{city}/").split()
        if not words or words[0].startswith("#"):
            continue
        kind, *rest = words
        if kind == "user" and len(rest) == 1:
            user = rest[0]
            users.add(user)
        elif kind == "pattern" and len(rest) == 2 and rest[0] in _MODES:
            rules.append(Rule("", *rest))
        elif kind == "topic" and len(rest) == 2 and rest[0] in _MODES and user is not None:
            rules.append(Rule(user, *rest))
        else:
            raise BadInput(f"line {number} is no rule that is understood here: {line.strip()}", where=str(path))
    return Rights(rules, frozenset(users))


def covers(allowed: str, wish: str) -> bool:
    """Whether everything that the filter or topic `wish` matches is matched by the filter `allowed`. Wildcards on the
    first level do not match topics that begin with a dollar sign (MQTT 5, 4.7.2)."""
    if wish.startswith("$") and not allowed.startswith("$"):
        return False
    have, want = allowed.split("/"), wish.split("/")
    for level, wanted in zip(have, want, strict=False):
        if level == "#":
            return True
        if level != wanted and (level != "+" or wanted == "#"):
            return False
    return len(have) == len(want) or (len(have) == len(want) + 1 and have[-1] == "#" and want[-1] != "#")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path)) from None
