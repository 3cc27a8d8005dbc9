"""A river that gauges ask over HTTP, in a trial's hand. No two answers are alike, so that a reading that is kept later
tells at which true moment it was taken."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from contract.clock import Clock
from faults.parts.brokers import HOST
from faults.parts.http_server import QuietHandler, served

_STEP_CM = 0.001
_WAVE_CM = 0.1
"""every other answer is that much higher: a gauge that does not move is taken for a broken one"""


class River:
    """`level_cm` is what it reads from now on, and a hair more at each answer. `taken_us`: answer -> true moment."""

    def __init__(self, clock: Clock) -> None:
        self.level_cm = 0.0
        self.taken_us: dict[float, int] = {}
        self.port = 0
        self._clock = clock
        self._lock = threading.Lock()

    def answer(self) -> float:
        with self._lock:
            number = len(self.taken_us) + 1
            level_cm = round(self.level_cm + _STEP_CM * number + _WAVE_CM * (number % 2), 3)
            self.taken_us[level_cm] = self._clock.now_us()
            return level_cm

    @property
    def source(self) -> str:
        """The gauge's source, as a node.toml has it."""
        return f'{{ type = "pull", url = "http://{HOST}:{self.port}/", length = ["level_cm"] }}'


@contextlib.contextmanager
def river(clock: Clock) -> Iterator[River]:
    """The river, asked by whoever knows its port."""
    made = River(clock)

    class Answer(QuietHandler):
        def do_GET(self) -> None:
            self.answer(200, f'{{"level_cm": {made.answer()}}}'.encode())

    with served(Answer) as made.port:
        yield made
