"""A gauge behind Modbus registers, over TCP or a serial line (RTU)."""

from __future__ import annotations

import logging
import math
import struct
import time
from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.flood.source import Origin, Raw, Unit, to_cm
from edge.ports import SensorFault

RegisterType = Literal["int16", "uint16", "int32", "uint32", "float32"]
_FORMAT: dict[RegisterType, str] = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f"}
_BETWEEN_SAMPLES_S = 0.1
_EXCEPTIONS = {
    1: "it does not know this function",
    2: "it has no such register",
    3: "it does not accept this count",
    4: "it has failed",
    6: "it is busy",
    11: "the gateway found no such device",
}


class Register(BaseModel):
    """Where a figure stands and how it is written. figure = raw × scale + offset."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    address: int = Field(ge=0, le=65535, description="register address counted from 0 (40001 in a manual is 0)")
    table: Literal["holding", "input"] = Field(default="holding", description="function 3 or function 4")
    type: RegisterType = Field(default="uint16", description="how the figure is written")
    word_order: Literal["big", "little"] = Field(default="big", description="which of two registers comes first")
    scale: float = Field(default=1.0, description="multiplies the raw figure")
    offset: float = Field(default=0.0, description="added after scaling")

    @property
    def count(self) -> int:
        """How many registers it fills."""
        return struct.calcsize(_FORMAT[self.type]) // 2


class ModbusOptions(BaseModel):
    """A Modbus device: give `host` for TCP or `serial` for RTU."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    type: Literal["modbus"]
    host: str = Field(default="", description="name or address of a Modbus TCP device")
    port: int = Field(default=502, ge=1, le=65535, description="its TCP port")
    serial: str = Field(default="", description="/dev/ttyUSB0 or another serial port of a Modbus RTU device")
    baud: int = Field(default=9600, ge=110, le=4_000_000, description="serial speed, in baud")
    parity: Literal["N", "E", "O"] = Field(default="N", description="serial parity")
    stop_bits: Literal[1, 2] = Field(default=1, description="serial stop bits")
    device: int = Field(default=1, ge=0, le=255, description="device (slave, unit) id")
    length: Register | None = Field(default=None, description="register of the level or distance")
    unit: Unit = Field(default="cm", description="unit of the length after scale and offset")
    rain: Register | None = Field(default=None, description="register of the rain figure")
    timeout_s: float = Field(default=2.0, gt=0, le=30, description="how long one request may take, in s")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.host) == bool(self.serial):
            raise ValueError("give either host (Modbus TCP) or serial (Modbus RTU)")
        if self.length is None and self.rain is None:
            raise ValueError("give a register for length, for rain, or for both")
        return self


def decode(words: Sequence[int], register: Register) -> float:
    """The figure in `words` (16 bits each). Raises SensorFault for the wrong count, NaN and infinity."""
    if len(words) != register.count:
        raise SensorFault(f"register {register.address}: {len(words)} words came where {register.count} were asked for")
    ordered = list(words) if register.word_order == "big" else list(reversed(words))
    packed = struct.pack(f">{len(ordered)}H", *ordered)
    raw = struct.unpack(_FORMAT[register.type], packed)[0]
    figure = float(raw) * register.scale + register.offset
    if not math.isfinite(figure):
        raise SensorFault(f"register {register.address} holds {figure}, which is no number: check type and word order")
    return figure


class ModbusSource:
    """Keeps the connection between readings; opens it again after a failure."""

    origin: Origin = "sensor"

    def __init__(self, options: ModbusOptions) -> None:
        self._options = options
        self._client: Any = None
        self._samples = 1

    @property
    def timeout_s(self) -> float:
        # Samples end early when the time of three requests is over; one more may be under way, and one connect.
        return 6 * self._options.timeout_s + 2

    def read(self, samples: int) -> list[Raw]:
        """Read the registers `samples` times, a tenth of a second apart."""
        from pymodbus.exceptions import ModbusException

        ends = time.monotonic() + 3 * self._options.timeout_s
        readings: list[Raw] = []
        try:
            self._connect()
            while len(readings) < samples and (not readings or time.monotonic() < ends):
                if readings:
                    time.sleep(_BETWEEN_SAMPLES_S)
                readings.append(self._once())
        except (ModbusException, OSError) as error:
            self.close()
            raise SensorFault(f"the Modbus device {self._name} does not answer: {error}") from None
        except SensorFault:
            if not readings:
                raise
        return readings

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    @property
    def _name(self) -> str:
        options = self._options
        return f"{options.device} at {options.serial or f'{options.host}:{options.port}'}"

    def _connect(self) -> None:
        if self._client is None:
            self._client = _client(self._options)
        if not self._client.connected and not self._client.connect():
            self.close()
            raise SensorFault(f"the Modbus device {self._name} does not accept a connection")

    def _once(self) -> Raw:
        length = self._figure(self._options.length)
        return Raw(
            length_cm=None if length is None else to_cm(length, self._options.unit),
            rain=self._figure(self._options.rain),
        )

    def _figure(self, register: Register | None) -> float | None:
        if register is None:
            return None
        read = self._client.read_holding_registers if register.table == "holding" else self._client.read_input_registers
        response = read(register.address, count=register.count, device_id=self._options.device)
        if response.isError():
            code = getattr(response, "exception_code", 0)
            why = _EXCEPTIONS.get(code, f"error {code}")
            raise SensorFault(f"the Modbus device {self._name} refuses register {register.address}: {why}")
        return decode(response.registers, register)


def _client(options: ModbusOptions) -> Any:
    # pymodbus is a megabyte of modules: a node without a Modbus gauge never loads it.
    from pymodbus.client import ModbusSerialClient, ModbusTcpClient

    # It logs every failed attempt; the sensor's fault says it once.
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    if options.host:
        return ModbusTcpClient(options.host, port=options.port, timeout=options.timeout_s, retries=0)
    return ModbusSerialClient(
        options.serial,
        baudrate=options.baud,
        parity=options.parity,
        stopbits=options.stop_bits,
        timeout=options.timeout_s,
        retries=0,
    )
