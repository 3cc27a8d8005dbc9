"""Modbus registers, read from a real pymodbus server over TCP and over a serial line."""

from __future__ import annotations

import asyncio
import os
import pty
import selectors
import socket
import struct
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from edge.flood.modbus import ModbusOptions, Register, decode
from edge.flood.rain import RainOptions
from edge.flood.sensor import Options, build
from edge.ports import SensorFault

FLOAT = struct.unpack(">2H", struct.pack(">f", 3.25))
REGISTERS = [1234, 0xFF9C, *FLOAT, FLOAT[1], FLOAT[0], 0x0001, 0x86A0, 0x7FC0, 0x0000, 17]
"""0: 1234; 1: -100; 2: 3.25; 4: 3.25 with swapped words; 6: 100000; 8: not a number; 10: 17."""


def bank() -> SimDevice:
    return SimDevice(id=1, simdata=[SimData(0, values=REGISTERS, datatype=DataType.REGISTERS)])


@contextmanager
def running(make: Any) -> Iterator[None]:
    """A pymodbus server in a thread with a loop of its own."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    servers: list[Any] = []

    async def serve() -> None:
        server = make()
        servers.append(server)
        assert await server.serve_forever(background=True) is None
        ready.set()
        await server.serving

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except asyncio.CancelledError:
            pass
        finally:
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(servers[0].shutdown(), loop).result(10)
        thread.join(10)


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def tcp() -> Iterator[int]:
    port = free_port()
    with running(lambda: ModbusTcpServer(bank(), address=("127.0.0.1", port))):
        yield port


def gauge(port: int, register: dict[str, object], **changes: object) -> Options:
    source = {"type": "modbus", "host": "127.0.0.1", "port": port, "length": register, "timeout_s": 1.0}
    return Options.model_validate({"source": source | changes, "samples": 2})


@pytest.mark.parametrize(
    ("register", "unit", "level_cm"),
    [
        ({"address": 0, "type": "uint16", "scale": 0.1}, "cm", 123.4),
        ({"address": 1, "type": "int16"}, "cm", -100.0),
        ({"address": 2, "type": "float32"}, "m", 325.0),
        ({"address": 4, "type": "float32", "word_order": "little"}, "m", 325.0),
        ({"address": 6, "type": "int32", "scale": 0.001, "offset": -50.0}, "cm", 50.0),
        ({"address": 0, "type": "uint16", "table": "input"}, "mm", 123.4),
    ],
)
def test_registers_of_a_real_server(tcp: int, register: dict[str, object], unit: str, level_cm: float) -> None:
    """Type, word order, scale, offset and unit, over TCP."""
    sensor = build("gauge", 60, gauge(tcp, register, unit=unit))
    assert sensor.sample().level_cm == pytest.approx(level_cm)
    sensor.close()


def test_rain_beside_the_level(tcp: int) -> None:
    """A counter's first figure is no rain yet; the same figure again is none."""
    source = gauge(tcp, {"address": 0}, rain={"address": 10}).source
    options = Options(source=source, rain=RainOptions(reports="tips"))
    sensor = build("gauge", 60, options)
    assert sensor.sample().rain_mm is None
    assert sensor.sample().rain_mm == 0
    sensor.close()


def test_a_register_that_is_not_there(tcp: int) -> None:
    """The device's refusal is named."""
    sensor = build("gauge", 60, gauge(tcp, {"address": 900}))
    with pytest.raises(SensorFault, match="refuses register 900: it has no such register"):
        sensor.sample()
    sensor.close()


def test_a_register_that_is_no_number(tcp: int) -> None:
    """NaN in a register is a fault, never a level."""
    sensor = build("gauge", 60, gauge(tcp, {"address": 8, "type": "float32"}))
    with pytest.raises(SensorFault, match="no number"):
        sensor.sample()
    sensor.close()


def test_a_device_that_does_not_answer(tcp: int) -> None:
    """Nobody at the address is a sentence, and so is a bus without that device."""
    away = build("gauge", 60, gauge(free_port(), {"address": 0}))
    with pytest.raises(SensorFault, match="does not accept a connection"):
        away.sample()
    away.close()
    absent = build("gauge", 60, gauge(tcp, {"address": 0}, device=9))
    with pytest.raises(SensorFault, match="device 9 at 127"):
        absent.sample()
    absent.close()


def test_a_device_that_comes_back() -> None:
    """The connection is opened again by itself."""
    port = free_port()
    sensor = build("gauge", 60, gauge(port, {"address": 0}))
    with running(lambda: ModbusTcpServer(bank(), address=("127.0.0.1", port))):
        assert sensor.sample().level_cm == 1234
    with pytest.raises(SensorFault):
        sensor.sample()
    with running(lambda: ModbusTcpServer(bank(), address=("127.0.0.1", port))):
        assert sensor.sample().level_cm == 1234
    sensor.close()


@contextmanager
def null_modem() -> Iterator[tuple[str, str]]:
    """Two terminals whose wires are crossed."""
    ends = [pty.openpty(), pty.openpty()]
    for _, terminal in ends:
        tty.setraw(terminal)
    stop, stopped = os.pipe()
    watch = selectors.DefaultSelector()
    watch.register(stop, selectors.EVENT_READ, None)
    watch.register(ends[0][0], selectors.EVENT_READ, ends[1][0])
    watch.register(ends[1][0], selectors.EVENT_READ, ends[0][0])

    def carry() -> None:
        while True:
            for key, _ in watch.select():
                if key.data is None:
                    return
                os.write(key.data, os.read(key.fd, 1024))

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        yield os.ttyname(ends[0][1]), os.ttyname(ends[1][1])
    finally:
        os.write(stopped, b"x")
        thread.join()
        watch.close()
        for number in (stop, stopped, *ends[0], *ends[1]):
            os.close(number)


def test_a_serial_bus() -> None:
    """Modbus RTU over a serial line, with its own framing and checksum."""
    with null_modem() as (theirs, ours), running(lambda: ModbusSerialServer(bank(), port=theirs, baudrate=19200)):
        source = {"type": "modbus", "serial": ours, "baud": 19200, "length": {"address": 1, "type": "int16"}}
        sensor = build("gauge", 60, Options.model_validate({"source": source, "samples": 2}))
        assert sensor.sample().level_cm == -100
        sensor.close()


@settings(deadline=None, max_examples=60)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(["big", "little"]))
def test_every_float_survives_its_registers(figure: float, order: str) -> None:
    """What was written is read, whichever word comes first."""
    words = struct.unpack(">2H", struct.pack(">f", figure))
    register = Register.model_validate({"address": 0, "type": "float32", "word_order": order})
    assert decode(words if order == "big" else words[::-1], register) == figure


def test_too_few_words() -> None:
    """A short answer is a fault."""
    with pytest.raises(SensorFault, match="1 words came where 2 were asked for"):
        decode([1], Register(address=5, type="int32"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"length": {"address": 0}},
        {"host": "a", "serial": "/dev/ttyS0", "length": {"address": 0}},
        {"host": "a"},
        {"host": "a", "length": {"address": 70000}},
        {"host": "a", "length": {"address": 0, "type": "float16"}},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    """Half a device is found when node.toml is read."""
    with pytest.raises(ValidationError):
        ModbusOptions.model_validate({"type": "modbus"} | wrong)
