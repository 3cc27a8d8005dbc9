"""The file of sirens is read strictly: a mistake in it is found before the night on which it matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.sirens.sirenfile import SirenFile
from complaints.outward import Outward
from contract.addresses import networks
from contract.errors import BadInput
from contract.siren import SirenInfo

GAUGES = ("jog-gauge-05", "jog-gauge-06")
GOOD = """
[[siren]]
name = "masjid-terban"
place = "Masjid Al-Hikmah, Terban"
gauges = ["jog-gauge-05"]
url = "http://10.20.0.7/relay"
body = '{"do":"{do}","seconds":{seconds}}'
secret_env = "SIREN_PIN"
"""


def file_of(tmp_path: Path, text: str) -> SirenFile:
    path = tmp_path / "sirens.toml"
    path.write_text(text, encoding="utf-8")
    return SirenFile(path, GAUGES, ("jog-gauge-05", "jog-wifi-001"))


def test_a_file_is_read(tmp_path: Path) -> None:
    """A minute is how long one sounds where nothing is said; secrets are looked for when it is opened."""
    file = file_of(tmp_path, "\ufeff" + GOOD)
    assert file.infos == (SirenInfo("masjid-terban", "Masjid Al-Hikmah, Terban", ("jog-gauge-05",), 60.0),)
    outward = Outward(networks("10.20.0.0/16", where="test"))
    assert list(file.open(outward, {"SIREN_PIN": "1234"})) == ["masjid-terban"]
    with pytest.raises(BadInput, match="line 8: secret_env: SIREN_PIN is not set"):
        file.open(outward, {})
    with pytest.raises(BadInput, match="line 6: url"):
        file.open(Outward(), {"SIREN_PIN": "1234"})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"masjid-terban"', '"Masjid Terban"', "line 3: name: 'Masjid Terban' is not an id"),
        ('["jog-gauge-05"]', '["jog-gauge-99"]', "line 5: gauges: 'jog-gauge-99' is no gauge"),
        ('["jog-gauge-05"]', "[]", "line 5: gauges: it names no gauge"),
        ('"do":"{do}",', "", "line 7: body: it has no {do}"),
        (',"seconds":{seconds}', "", "line 7: body: it has no {seconds}"),
        ("secret_env", "for_s = 3600\nsecret_env", "line 8: for_s: 3600 is out of bounds"),
        ("secret_env", 'loud = "very"\nsecret_env', "line 8: loud: this field is not known"),
        ("secret_env", 'secret_file = "pin"\nsecret_env', "line 9: secret_env: it has two secrets"),
        ("secret_env", 'accepted = "("\nsecret_env', "line 8: accepted: it is no pattern"),
        ("secret_env", 'words = { howl = "x" }\nsecret_env', "line 8: words: 'howl' is nothing it does"),
        ("secret_env", 'form = "xml"\nsecret_env', "line 8: form: 'xml' is not one of them"),
        ('place = "Masjid Al-Hikmah, Terban"\n', "", "place: it is missing"),
        ("[[siren]]", "[siren]", "is no list of sections"),
        ("[[siren]]", "[[horn]]", "this field is not known"),
    ],
)
def test_a_mistake_is_named_by_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    """With how to mend it."""
    with pytest.raises(BadInput) as told:
        file_of(tmp_path, GOOD.replace(old, new, 1))
    assert said in str(told.value)
    assert told.value.remedy


NODE = """
[[siren]]
kind = "node"
name = "menara-terban"
place = "Menara Terban"
gauges = ["jog-gauge-05"]
for_s = 90
node = "jog-wifi-001"
siren = "menara"
"""


def test_one_that_hangs_on_a_node_is_read(tmp_path: Path) -> None:
    """It stands beside those that are asked by HTTP; which way leads to it is said when it is opened."""
    file = file_of(tmp_path, GOOD + NODE)
    assert file.hang_on_nodes
    assert [(one.name, one.for_s) for one in file.infos] == [("masjid-terban", 60.0), ("menara-terban", 90.0)]
    outward = Outward(networks("10.20.0.0/16", where="test"))
    assert list(file.open(outward, {"SIREN_PIN": "1"})) == ["masjid-terban"]
    assert not file_of(tmp_path, GOOD).hang_on_nodes


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "node"', 'kind = "horn"', "line 3: kind: 'horn' is none"),
        ('kind = "node"', "kind = 7", "line 3: kind: 7 is none"),
        ('kind = "node"\n', "", "node: this field is not known"),
        ('"jog-wifi-001"', '"jog-wifi-099"', "line 8: node: 'jog-wifi-099' is no node of the city"),
        ('"menara"', '"Menara 1"', "line 9: siren: 'Menara 1' is not an id"),
        ('siren = "menara"\n', "", "siren: it is missing"),
        ("for_s = 90", 'url = "http://10.20.0.7/"', "line 7: url: this field is not known"),
        ("for_s = 90", "for_s = 601", "line 7: for_s: 601 is out of bounds"),
    ],
)
def test_a_mistake_of_one_on_a_node_is_named_by_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    """With how to mend it."""
    with pytest.raises(BadInput) as told:
        file_of(tmp_path, NODE.replace(old, new, 1))
    assert said in str(told.value)
    assert told.value.remedy


def test_a_name_stands_for_one(tmp_path: Path) -> None:
    """Of two sirens with one name nobody knows which answered."""
    with pytest.raises(BadInput, match="is taken"):
        file_of(tmp_path, GOOD + GOOD)
