"""The node's own machine, with trees of files in the place of a kernel's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.kinds import NodeValues
from edge.node.board import Supply, slowed, supply, temperature_c, throttled_bits, undervoltage, uptime_s
from edge.node.sensor import NodeSensor, Options, build
from edge.ports import SensorFault, SensorInfo


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return root


def test_the_processors_zone_before_the_others(tmp_path: Path) -> None:
    """The hottest zone that is the processor's; another only where none is."""
    zones = {"class/thermal/thermal_zone0/type": "battery", "class/thermal/thermal_zone0/temp": "71000"}
    assert temperature_c(tree(tmp_path, zones)) == 71.0
    cpu = {"class/thermal/thermal_zone1/type": "cpu-thermal", "class/thermal/thermal_zone1/temp": "54321"}
    assert temperature_c(tree(tmp_path, cpu)) == 54.321


@pytest.mark.parametrize("text", ["", "-274000", "hot", "999000"])
def test_a_zone_that_talks_nonsense_is_null(tmp_path: Path, text: str) -> None:
    """A broken sensor is not a cold processor."""
    files = {"class/thermal/thermal_zone0/type": "cpu", "class/thermal/thermal_zone0/temp": text}
    assert temperature_c(tree(tmp_path, files)) is None


def firmware(folder: Path, says: str) -> str:
    path = folder / "vcgencmd"
    path.write_text(f"#!{sys.executable}\nprint({says!r})\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("word", "low", "slow"),
    [
        ("0x0", False, False),
        ("0x1", True, False),
        ("0x10000", True, False),
        ("0x50005", True, True),
        ("0x2", False, True),
        ("0x8", False, True),
        ("0x80000", False, False),
    ],
)
def test_the_firmwares_word(tmp_path: Path, word: str, low: bool, slow: bool) -> None:
    """Bits 0 and 16 are voltage, 1 to 3 are a processor slowed now; a heat of the past slows nothing now."""
    bits = throttled_bits(tmp_path, firmware(tmp_path, f"throttled={word}"), 10)
    assert bits == int(word, 16)
    assert undervoltage(bits, tmp_path) is low
    assert slowed(bits) is slow


def test_the_firmwares_word_in_sysfs(tmp_path: Path) -> None:
    """No tool is started where the kernel has the word."""
    tree(tmp_path, {"devices/platform/soc/soc:firmware/get_throttled": "50005"})
    assert throttled_bits(tmp_path, str(tmp_path / "absent"), 1) == 0x50005


def test_the_kernels_alarm_counts_beside_the_firmware(tmp_path: Path) -> None:
    """The driver clears the firmware's sticky bit, so either says it; only the voltage monitor's alarm counts."""
    other = {"class/hwmon/hwmon0/name": "nvme", "class/hwmon/hwmon0/in0_lcrit_alarm": "1"}
    assert undervoltage(None, tree(tmp_path, other)) is None
    alarm = {"class/hwmon/hwmon1/name": "rpi_volt", "class/hwmon/hwmon1/in0_lcrit_alarm": "1"}
    assert undervoltage(0, tree(tmp_path, alarm)) is True
    assert undervoltage(None, tree(tmp_path, {"class/hwmon/hwmon1/in0_lcrit_alarm": "0"})) is False


def test_a_machine_that_does_not_tell(tmp_path: Path) -> None:
    """Null, not "all is well"."""
    assert throttled_bits(tmp_path, str(tmp_path / "absent"), 1) is None
    assert throttled_bits(tmp_path, firmware(tmp_path, "VCHI initialization failed"), 10) is None
    assert undervoltage(None, tmp_path) is None
    assert slowed(None) is None
    assert supply(tmp_path) == Supply(None, None)
    assert uptime_s(tmp_path) is None


POWER = "class/power_supply"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"AC/type": "Mains", "AC/online": "1"}, Supply("mains", None)),
        (
            {"AC/type": "Mains", "AC/online": "1", "B/type": "Battery", "B/capacity": "80", "B/status": "Charging"},
            Supply("mains", 80.0),
        ),
        (
            {"AC/type": "Mains", "AC/online": "0", "B/type": "Battery", "B/capacity": "42", "B/status": "Discharging"},
            Supply("battery", 42.0),
        ),
        ({"B/type": "Battery", "B/capacity": "42", "B/status": "Discharging"}, Supply("battery", 42.0)),
        ({"B/type": "Battery", "B/capacity": "142", "B/status": "Unknown"}, Supply(None, None)),
        ({"M/type": "Battery", "M/scope": "Device", "M/capacity": "9", "M/status": "Discharging"}, Supply(None, None)),
    ],
)
def test_what_feeds_the_node(tmp_path: Path, files: dict[str, str], expected: Supply) -> None:
    """Mains, battery, or nobody says; a mouse's battery is not the node's."""
    assert supply(tree(tmp_path, {f"{POWER}/{name}": text for name, text in files.items()})) == expected


def test_uptime_is_the_kernels(tmp_path: Path) -> None:
    """Not the difference of two wall clocks."""
    assert uptime_s(tree(tmp_path, {"uptime": "12345.67 99.0"})) == 12345.67


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=40))
def test_any_bytes_in_sysfs_are_a_value_or_null(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """A kernel's odd text never raises."""
    root = tmp_path_factory.getbasetemp() / "sys"
    for name in ("class/thermal/thermal_zone0/temp", f"{POWER}/B/capacity", f"{POWER}/B/type", "uptime"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    temperature_c(root)
    supply(root)
    uptime_s(root)


def test_a_whole_look_at_this_machine(tmp_path: Path) -> None:
    """The real machine: processor, memory and disk are there; what it cannot tell is null; so is what only the agent
    can count."""
    sensor = build("node", 60, Options(disk=str(tmp_path), vcgencmd=str(tmp_path / "absent")))
    values = sensor.sample()
    sensor.close()
    assert isinstance(values, NodeValues)
    for percent in (values.cpu_percent, values.memory_percent, values.disk_percent):
        assert percent is not None
        assert 0 <= percent <= 100
    assert (values.uptime_s or 0) > 0
    assert (values.spool_pending, values.spool_dropped, values.clock_source) == (None, None, None)
    assert (values.dropped_sensor, values.dropped_count) == (None, None)


def test_a_raspberry_pi(tmp_path: Path) -> None:
    """A board with a weak supply and a battery board, as its files tell it."""
    root = tree(
        tmp_path,
        {
            "class/thermal/thermal_zone0/type": "cpu-thermal",
            "class/thermal/thermal_zone0/temp": "67700",
            "class/hwmon/hwmon0/name": "rpi_volt",
            "class/hwmon/hwmon0/in0_lcrit_alarm": "1",
            f"{POWER}/ups/type": "Battery",
            f"{POWER}/ups/capacity": "55",
            f"{POWER}/ups/status": "Discharging",
            "uptime": "3600.00 1.0",
        },
    )
    info = SensorInfo("node", "node", 60)
    options = Options(disk=str(tmp_path), vcgencmd=firmware(tmp_path, "throttled=0x4"), timeout_s=10)
    values = NodeSensor(info, options, sys=root, proc=root).sample()
    assert (values.temperature_c, values.undervoltage, values.throttled) == (67.7, True, True)
    assert (values.supply, values.battery_percent, values.uptime_s) == ("battery", 55.0, 3600.0)


def test_a_disk_that_is_gone(tmp_path: Path) -> None:
    """The spool's file system is what this sensor is for: without it there is a fault with its path."""
    sensor = build("node", 60, Options(disk=str(tmp_path / "absent")))
    with pytest.raises(SensorFault, match="absent"):
        sensor.sample()


def test_wrong_options_are_refused() -> None:
    """Found when node.toml is read."""
    with pytest.raises(ValidationError):
        Options.model_validate({"disk": 5})
