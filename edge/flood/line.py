"""A device that says its reading in lines of text, over a serial port or TCP."""

from __future__ import annotations

import math
import re
import time
from typing import Any, Literal

import serial
from pydantic import BaseModel, ConfigDict, Field, field_validator

from edge.flood.source import Origin, Raw, Unit, to_cm
from edge.ports import SensorFault

_LONGEST_LINE = 512
_LINE_END = re.compile(rb"[\r\n]+")
_SLICE_S = 0.05  # a read takes what has come by then
_GROUPS = frozenset({"length", "rain"})


class LineOptions(BaseModel):
    """A line-oriented device."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    type: Literal["line"]
    url: str = Field(description="/dev/ttyUSB0, socket://host:port, or another pyserial address")
    baud: int = Field(default=9600, ge=110, le=4_000_000, description="serial speed, in baud")
    pattern: str = Field(description="regular expression with a group named length, rain, or both")
    unit: Unit = Field(default="cm", description="unit of the length group")
    checksum: Literal["none", "nmea"] = Field(
        default="none", description="nmea: XOR between $ and *, two hexadecimal digits"
    )
    request: str = Field(default="", description="text to send before each answer, for a device that waits to be asked")
    invalid: list[float] = Field(default=[], description="lengths, in the device's unit, by which it says 'no echo'")
    timeout_s: float = Field(
        default=5.0, gt=0, le=60, description="how long to wait for the lines of one reading, in s"
    )

    @field_validator("pattern")
    @classmethod
    def _names_a_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if not _GROUPS & groups.keys():
            raise ValueError("the pattern needs a group named length or rain, such as R(?P<length>[0-9]{4})")
        return pattern


def nmea_ok(line: str) -> bool:
    """Whether `$…*hh` carries the XOR of what stands between `$` and `*` (NMEA 0183)."""
    found = re.search(r"\$([^*]*)\*([0-9A-Fa-f]{2})\s*$", line)
    if found is None:
        return False
    total = 0
    for character in found[1].encode("latin-1", "replace"):
        total ^= character
    return total == int(found[2], 16)


def parse(line: str, options: LineOptions) -> Raw | None:
    """The reading in one line; an empty one for "no echo"; None where the line is no reading at all."""
    if options.checksum == "nmea" and not nmea_ok(line):
        return None
    found = re.search(options.pattern, line)
    if found is None:
        return None
    groups = found.groupdict()
    length, rain = _number(groups.get("length")), _number(groups.get("rain"))
    if length is None and rain is None:
        return None
    if length is not None and length in options.invalid:
        length = None
    return Raw(None if length is None else to_cm(length, options.unit), rain)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None


class LineSource:
    """Keeps the port open between readings; opens it again after a failure."""

    origin: Origin = "sensor"

    def __init__(self, options: LineOptions) -> None:
        self._options = options
        self._port: Any = None

    @property
    def timeout_s(self) -> float:
        # pyserial's own limit for opening a socket:// address is 5 s.
        return self._options.timeout_s + 6

    def read(self, samples: int) -> list[Raw]:
        """Up to `samples` lines that hold a reading, whatever arrives within the options' time."""
        try:
            return self._read(samples)
        except (serial.SerialException, OSError) as error:
            self.close()
            raise SensorFault(f"the device at {self._options.url} cannot be read: {error}") from None
        except ValueError as error:
            raise SensorFault(f"{self._options.url} is not an address of a port: {error}") from None

    def close(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None

    def _read(self, samples: int) -> list[Raw]:
        if self._port is None:
            self._port = serial.serial_for_url(
                self._options.url, baudrate=self._options.baud, timeout=_SLICE_S, write_timeout=1
            )
        else:
            # What lies in the buffer was said since the last look: it is old.
            self._port.reset_input_buffer()
        polled = bool(self._options.request)
        lines_seen = 0
        readings: list[Raw] = []
        buffer = b""
        # A talker is caught in the middle of a line, of which "234" of "1234" would be a wrong river.
        whole = polled
        self._ask()
        ends = time.monotonic() + self._options.timeout_s
        while len(readings) < samples and time.monotonic() < ends:
            buffer += self._port.read(_LONGEST_LINE)
            *lines, buffer = _LINE_END.split(buffer)
            if len(buffer) > _LONGEST_LINE:
                buffer, whole = b"", False
            for line in lines:
                if not whole:
                    whole = True
                    continue
                text = line.decode("ascii", "replace").strip()
                lines_seen += bool(text)
                reading = parse(text, self._options) if text else None
                if reading is not None:
                    readings.append(reading)
                    if len(readings) < samples:
                        self._ask()
        if not readings:
            heard = f"{lines_seen} lines came, none held a reading" if lines_seen else "no line came"
            raise SensorFault(
                f"the device at {self._options.url} said nothing usable in {self._options.timeout_s:g} s: {heard}"
            )
        return readings[:samples]

    def _ask(self) -> None:
        if self._options.request:
            self._port.write(self._options.request.encode())
