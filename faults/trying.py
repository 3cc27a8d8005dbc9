"""One trial from its beginning to an account of it, whatever happens meanwhile."""

from __future__ import annotations

import contextlib
import signal
import traceback
from collections.abc import Callable, Iterator
from types import FrameType

from faults.laboratory import Laboratory
from faults.parts.missing import NotInstalled
from faults.parts.must import Broken
from faults.register import Fault
from faults.result import Result

_ENDING = (signal.SIGINT, signal.SIGTERM)


def tried(fault: Fault, laboratory: Laboratory) -> Result:
    """The trial's own account. Where it did not come to its end the account is empty and says why: a machine that
    lacks a part has not tried it, everything else has failed."""
    try:
        return fault.run(laboratory)
    except NotInstalled as missing:
        account = laboratory.result()
        account.not_tried = str(missing)
    except Broken as broken:
        account = laboratory.result()
        account.failures.append(f"the city did not come to where the fault could be judged: {broken}")
    except Exception as error:  # noqa: BLE001  the trial's process ends here: what ended it is what it has found
        account = laboratory.result()
        account.failures.append(f"the trial ended with {error!r}")
        laboratory.say(traceback.format_exc())
    return account


@contextlib.contextmanager
def taken_down(say: Callable[[str], None]) -> Iterator[None]:
    """SIGTERM ends what is inside as Ctrl-C does: every process, mount and network of it is taken down on the way out.
    A second signal changes nothing, for half of that would be left."""

    def end(number: int, _: FrameType | None) -> None:
        for one in _ENDING:
            signal.signal(one, signal.SIG_IGN)
        say(f"{signal.Signals(number).name}: ending what runs")
        raise KeyboardInterrupt

    before = {one: signal.signal(one, end) for one in _ENDING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
