"""A line of the board's own header, by the kernel's GPIO character device."""

from __future__ import annotations

import errno

from edge.siren.port import LineFault

_CONSUMER = "siaga-siren"
_MISSING = "the package gpiod is missing; pip install 'siaga[siren]'"


class GpioLine:
    """One line, held as an output as long as this lives.

    The kernel of a Raspberry Pi leaves a line as it was when its holder dies: whoever holds one must have somebody who
    silences it then.
    """

    def __init__(self, chip: str, line: int, *, active_low: bool = False) -> None:
        try:
            import gpiod
            from gpiod.line import Direction, Value
        except ImportError:
            raise LineFault(_MISSING) from None
        self._where = f"{chip}, line {line}"
        self._line = line
        self._active, self._inactive = Value.ACTIVE, Value.INACTIVE
        settings = gpiod.LineSettings(
            direction=Direction.OUTPUT, active_low=active_low, output_value=self._inactive
        )  # fmt: skip
        try:
            self._request = gpiod.request_lines(chip, consumer=_CONSUMER, config={line: settings})
        except (OSError, ValueError) as error:
            raise _fault(self._where, error) from None

    def set(self, *, on: bool) -> None:
        """See `Line.set`."""
        try:
            self._request.set_value(self._line, self._active if on else self._inactive)
        except (OSError, ValueError) as error:
            raise _fault(self._where, error) from None

    def is_on(self) -> bool:
        """The level at the pin where the chip can tell, and what was asked for where it cannot."""
        try:
            return self._request.get_value(self._line) == self._active
        except (OSError, ValueError) as error:
            raise _fault(self._where, error) from None

    def close(self) -> None:
        """See `Line.close`."""
        try:
            self.set(on=False)
        finally:
            self._request.release()


def look(chip: str, line: int) -> str:
    """What the kernel says of a line, which is not taken. Raises LineFault."""
    try:
        import gpiod
    except ImportError:
        raise LineFault(_MISSING) from None
    where = f"{chip}, line {line}"
    try:
        if not gpiod.is_gpiochip_device(chip):
            raise LineFault(f"{chip} is no GPIO chip; gpiodetect lists those of this board")
        with gpiod.Chip(chip) as opened:
            lines = opened.get_info().num_lines
            if line >= lines:
                raise LineFault(f"{where}: {chip} has lines 0 to {lines - 1}")
            info = opened.get_line_info(line)
    except OSError as error:
        raise _fault(where, error) from None
    if info.used and info.consumer != _CONSUMER:
        raise LineFault(f"{where} belongs to {info.consumer or 'the kernel'}")
    return f"{where} ({info.name})" if info.name else where


def _fault(where: str, error: OSError | ValueError) -> LineFault:
    if isinstance(error, PermissionError):
        return LineFault(f"{where}: this user may not; add it to the group gpio")
    if isinstance(error, OSError) and error.errno == errno.EBUSY:
        return LineFault(f"{where}: another program holds it")
    if isinstance(error, OSError) and error.errno in (errno.ENODEV, errno.ENOENT, errno.ENOTTY):
        return LineFault(f"{where}: there is no such GPIO chip; gpiodetect lists those of this board")
    return LineFault(f"{where}: {error}")
