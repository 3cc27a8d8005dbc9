"""`node.toml`: what is right is read whole, what is wrong is told in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.ports import BrokerAddress
from contract.errors import BadInput
from edge import config
from edge.quality import GAUGE

GOOD = """
[node]
city = "kota"
node = "pos-1"
spool = "data/spool.db"

[[brokers]]
host = "mqtt.kota.example"

[[brokers]]
host = "10.0.0.2"
port = 1883

[transport]
resend_s = 5.0

[rising]
min_rise_cm = 2.0

[spool]
max_rows = 5000

[[sensors]]
type = "node"
sensor = "self"
period_s = 60

[[sensors]]
type = "flood"
sensor = "level"
period_s = 60

[sensors.options]
source = { type = "replay", file = "/srv/river.csv", length_column = "level_cm" }

[sensors.quality]
suspect_max = 600
max_rise_per_min = 20.0
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "node.toml"
    path.write_text(text)
    return path


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    """Editors on Windows write it; the configuration is the same."""
    path = written(tmp_path, GOOD)
    before = config.load(path).config
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert config.load(path).config == before


def test_whole_file_is_read(tmp_path: Path) -> None:
    """Every section arrives where it is used; what is not said keeps its default."""
    loaded = config.load(written(tmp_path, GOOD))
    assert loaded.brokers == [BrokerAddress("mqtt.kota.example", 8883), BrokerAddress("10.0.0.2", 1883)]
    assert loaded.spool == tmp_path / "data" / "spool.db"
    assert (loaded.transport.resend_s, loaded.transport.boot_delay_s) == (5.0, 10.0)
    assert loaded.rising.min_rise_cm == 2.0
    assert loaded.bound.max_rows == 5000
    assert set(loaded.options) == {"self", "level"}
    level = loaded.limits["level"]
    assert (level.suspect_max, level.max_rise_per_min) == (600, 20.0)
    assert level.spike_suspect == GAUGE.spike_suspect


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('node = "pos-1"', 'node = "Pos 1"', ["line 4", "node.node", "Pos 1"]),
        ('node = "pos-1"\n', "", ["line 2", "node.node", "Add it"]),
        ("port = 1883", "port = 70000", ["line 12", "brokers.1.port", "70000"]),
        ("resend_s", "resent_s", ["line 15", "transport.resent_s", "spelling"]),
        ("max_rise_per_min = 20.0", 'max_rise_per_min = "fast"', ["line 38", "max_rise_per_min", "fast"]),
        ("suspect_max = 600", "suspect_most = 600", ["line 37", "suspect_most"]),
        ('type = "node"', 'type = "nose"', ["line 24", "sensors.0.type", "nose"]),
        ('sensor = "self"', 'sensor = "drops"', ["drops", "belongs to the spool"]),
        ('sensor = "self"', 'sensor = "level"', ["two sensors are called 'level'"]),
        ("period_s = 60", "period_s = 0", ["line 26", "period_s"]),
        ('length_column = "level_cm"', 'lenght_column = "level_cm"', ["line 34", "lenght_column"]),
        ("[rising]", "[rising", ["line 17"]),
        ("max_rows = 5000", "max_rows = nan", ["max_rows"]),
    ],
)
def test_mistake_is_told_with_file_line_and_field(tmp_path: Path, old: str, new: str, says: list[str]) -> None:
    """One sentence a technician can act on."""
    assert old in GOOD
    with pytest.raises(BadInput) as told:
        config.load(written(tmp_path, GOOD.replace(old, new, 1)))
    for word in ("node.toml", *says):
        assert word in str(told.value), str(told.value)


def test_no_broker_and_no_sensor_are_mistakes(tmp_path: Path) -> None:
    text = '[node]\ncity = "kota"\nnode = "pos-1"\nspool = "s.db"\n'
    with pytest.raises(BadInput, match="brokers"):
        config.load(written(tmp_path, text))


def test_missing_certificate_is_named(tmp_path: Path) -> None:
    tls = '\n[tls]\nca_file = "ca.crt"\ncert_file = "node.crt"\nkey_file = "node.key"\n'
    with pytest.raises(BadInput, match=r"tls.ca_file: there is no file .*ca.crt"):
        config.load(written(tmp_path, GOOD + tls))


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"x" * 2_000_000, b"\x00" * 10])
def test_file_that_is_no_configuration(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "node.toml"
    path.write_bytes(data)
    with pytest.raises(BadInput):
        config.load(path)
    with pytest.raises(BadInput, match="cannot be read"):
        config.load(tmp_path / "none.toml")


SIREN = """
[[sirens]]
siren = "menara"
driver = "gpio"
line = 17
longest_s = 60.0

[[sirens]]
siren = "strobo"
driver = "file"
file = "leds/strobo"
"""


def test_sirens_are_read_with_their_wiring(tmp_path: Path) -> None:
    """A file lies beside the configuration where its path is not whole; a node without any has none."""
    menara, strobo = config.load(written(tmp_path, GOOD + SIREN)).sirens
    assert (menara.siren, menara.driver, menara.chip, menara.line, menara.longest_s, menara.active_low) == (
        "menara", "gpio", "/dev/gpiochip0", 17, 60.0, False,
    )  # fmt: skip
    assert (strobo.siren, strobo.driver, strobo.file) == ("strobo", "file", str(tmp_path / "leds" / "strobo"))
    assert config.load(written(tmp_path, GOOD)).sirens == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("line = 17\n", "", "a siren of the driver gpio needs line"),
        ('file = "leds/strobo"\n', "", "a siren of the driver file needs file"),
        ("line = 17", 'line = 17\nfile = "x"', "a siren of the driver gpio has no file"),
        ('"strobo"\ndriver', '"menara"\ndriver', "two sirens are called 'menara'"),
        ('driver = "file"\nfile = "leds/strobo"', 'driver = "gpio"\nline = 17', "two sirens hang on the same line"),
        ("longest_s = 60.0", "longest_s = 3600.0", "sirens.0.longest_s: Input should be less than or equal to 600"),
        ("line = 17", "pin = 11", "Remove this name or mend its spelling"),
        ('"gpio"', '"relay"', "sirens.0.driver: Input should be 'gpio' or 'file'"),
    ],
)
def test_a_siren_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Before the night on which it matters."""
    with pytest.raises(BadInput) as told:
        config.load(written(tmp_path, GOOD + SIREN.replace(old, new, 1)))
    assert said in f"{told.value} {told.value.remedy}"
