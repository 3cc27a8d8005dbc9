"""Whatever is saved in a city's rules, scales and manners: it is taken, or refused by name; nothing else ever comes out
of the loading that a running engine does."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support import watch

from alerts.engine import Engine
from alerts.level_stream import Staff
from alerts.reload import Pack, fit_scales
from cities.findings import Findings
from cities.forms import ScaleFile
from cities.load import rules_folder
from cities.scales import read_scales
from cities.sources import TomlSource
from contract.clock import SECOND_US
from contract.errors import BadInput
from contract.levels import Level, Scale, Threshold
from siaga import rulecheck, wiring
from siaga import settings as settings_module

BAD = (
    "[]", "{}", "[[]]", "[1]", '["gauge", ["x"]]', '{ a = "x" }', "true", "nan", "inf", "-inf", "1" + "0" * 400,
    "0x" + "f" * 6_000, "1e308", "-1", "0", "0.5", "80", '""', '"80"', '"' + "x" * 3_000 + '"', r'"\u0000"', '"{"',
    '"{x}"', '"{}"', '"{place!r}"', '"{place:>999999999}"', "2020-01-01", "flase",
)  # fmt: skip
MONSTROUS = ("9" * 5_000, "-1" + "0" * 400, "1e400", '"' + "x" * 300_000 + '"', "[" * 3_000, "[" * 100 + "]" * 100)
"""refused by the file, whatever stands in them"""

SCALES = {scale.gauge: scale for scale in watch.profile().scales}

Sections = dict[str, dict[str, str]]
"""A file: by section (its own keys under ""), key by key, what stands behind the equals sign."""

WORDS: Sections = {
    f"text.{name}": {"id": '"Kata di {place}"', "en": '"A word at {place}"'}
    for name in ("title", "opened", "no_data", "resolved", "level")
}
MATCH = {"kind": '"flood"', "nodes": '["gauge"]', "sensor": '"gauge"', "sites": '["winongo"]', "regions": '["34.71"]'}
TIMES = {"for_s": "480", "clear_for_s": "1800", "keep_firing_for_s": "60", "recurs_within_s": "86400"}
FLOOD: Sections = {
    "": {
        "id": '"saved"', "subject": '"flood"', "severity": '"critical"', "category": '"banjir"', "audience": '"staff"',
        "group_by": '"river"', **TIMES, "no_data_for_s": "1800",
    },
    "match": MATCH,
    "levels": {"field": '"level_cm"'},
    "notify": {"group_wait_s": "30", "group_interval_s": "60", "repeat_interval_s": "600"},
    **WORDS,
}  # fmt: skip


def other(subject: str, without: Sequence[str] = (), **sections: dict[str, str]) -> Sections:
    """A rule of another sort, without some of the keys."""
    own = {key: value for key, value in FLOOD[""].items() if key not in without} | {"subject": f'"{subject}"'}
    found: Sections = {"": own, **({} if "match" in without else {"match": dict(MATCH)}), **WORDS}
    if subject != "outage":
        del found["text.level"]
    for name, keys in sections.items():
        found[name] = found.get(name, {}) | keys
    return found


NO_TIMES = ("for_s", "clear_for_s", "keep_firing_for_s")
SORTS: dict[str, tuple[Sections, tuple[str, ...]]] = {
    "flood": (FLOOD, ("", "match", "levels", "notify", "text.title")),
    "links": (
        other("rise", ["no_data_for_s"], no_data_for_s={"default": "1800", "lora": "7200"})
        | {"rise": {"field": '"level_cm"', "raise_cm": "30", "clear_cm": "10", "window_s": "3600"}},
        ("no_data_for_s", "rise"),
    ),
    "absence": (
        other("outage", match={"kind": '"hotspot"', "nodes": '["wifi"]', "sensor": '"wifi"', "sites": '["wifi-1"]'})
        | {"absence": {"field": '"internet"', "good": '["open"]'}},
        ("absence", "match"),
    ),
    "mark": (
        other("notice", mark={"field": '"rain_mm"', "raise_at": "10", "clear_at": "5"}),
        ("mark",),
    ),
    "usual": (
        other(
            "notice",
            usual={
                "field": '"level_cm"', "raise_times": "4", "clear_times": "2", "least": "5", "weeks": "6",
                "side": '"low"',
            },
        ),
        ("usual",),
    ),
    "release": (
        other(
            "notice",
            NO_TIMES,
            match={"kind": '"release"', "sensor": '"notice"'},
            release={"field": '"discharge_m3s"', "raise_at": "100"},
        ),
        ("match", "release"),
    ),
    "several": (
        other(
            "notice",
            ["match", "no_data_for_s"],
            several={"rule": '"flood"', "count": "2", "level": '"SIAGA"', "within_s": "3600"},
        ),
        ("several",),
    ),
    "both": (
        other("notice", ["match", "no_data_for_s"], both={"rules": '["flood", "rise"]', "within_s": "3600"}),
        ("both",),
    ),
}  # fmt: skip


def written(sections: Sections) -> str:
    lines: list[str] = []
    for name, keys in sections.items():
        lines += [f"[{name}]"] * bool(name) + [f"{key} = {value}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def spoiled(sections: Sections, where: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each key of these sections with each bad value, left out, and given twice; each section as each bad value."""
    for bad in BAD:
        yield f"group_by = {bad[:30]}", written(sections | {"": sections.get("", {}) | {"group_by": bad}})
    for section in where:
        for number, (key, value) in enumerate(sections[section].items()):
            others = {one: keep for one, keep in sections[section].items() if one != key}
            for bad in (*BAD, *MONSTROUS) if number == 0 else BAD:
                yield f"{section}.{key} = {bad[:30]}", written(sections | {section: others | {key: bad}})
            yield f"{section}.{key} left out", written(sections | {section: others})
            yield f"{section}.{key} twice", written(sections | {section: others | {key: f"{value}\n{key} = {value}"}})
        if section:
            rest: Sections = {name: keys for name, keys in sections.items() if name != section}
            for bad in BAD:
                yield f"{section} = {bad[:30]}", f"{section} = {bad}\n{written(rest)}"


class Looked:
    """A pack that is saved again and again, and what is said of each saving."""

    def __init__(self, path: Path, read: Callable[[], tuple[Any, ...]], what: Any, files: str, named: str) -> None:
        self._path = path
        self._read = read
        self._named = named
        self._seconds = count(step=2)
        self._refused: BadInput | None = None
        self.pack = Pack(path.parent, self._noted, what, files)
        self.said: list[str] = []

    def _noted(self) -> tuple[Any, ...]:
        self._refused = None
        try:
            return self._read()
        except BadInput as error:
            self._refused = error
            raise

    def saved(self, label: str, text: str) -> tuple[Any, ...] | None:
        """What is taken of it, None where it is refused: then with its file, a line or field, and a remedy."""
        self._path.write_text(text, encoding="utf-8")
        found = [self.pack.look(next(self._seconds) * SECOND_US) for _ in range(2)][-1]
        if found is None:
            assert self._refused is not None, label
            assert self._named in self._refused.where, f"{label}: {self._refused}"
            assert self._refused.remedy, label
            assert self.pack.refused == str(self._refused)
            assert len(self.pack.refused) < 20_000, label
            self.said.append(self.pack.refused)
        return found


@pytest.mark.parametrize("sort", SORTS)
def test_no_saved_rule_ends_the_engine(tmp_path: Path, sort: str) -> None:
    """Every key of every sort of rule with every bad value, through the look that a running engine takes, and judged by
    where it is taken."""
    sections, where = SORTS[sort]
    city, places = watch.profile(), watch.placements()
    for name in ("flood", "rise") if sort in {"several", "both"} else ():
        shutil.copy(watch.RULES / f"{name}.toml", tmp_path)
    path = tmp_path / "saved.toml"
    path.write_text(written(sections), encoding="utf-8")
    looked = Looked(path, lambda: rulecheck.fit(tmp_path, city), "rules", "*.toml", "saved.toml")
    engine = Engine(city.code, rulecheck.fit(tmp_path, city), places, SCALES)
    taken = 0
    for label, text in spoiled(sections, where):
        found = looked.saved(label, text)
        if found is not None:
            taken += 1
            engine.govern(found)
            engine.place(places, SCALES)
            engine.tick(watch.START_US)
    assert taken
    assert len(looked.said) > len(BAD)
    assert looked.saved("as it was", written(sections))


@pytest.fixture
def cities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of cities with a copy of Jakarta, which the settings name."""
    shutil.copytree(rules_folder("jakarta").parent, tmp_path / "jakarta")
    monkeypatch.setenv("SIAGA_CITIES_FOLDER", str(tmp_path))
    monkeypatch.setenv("SIAGA_CITY", "jakarta")
    return tmp_path / "jakarta"


STAFF: Sections = {
    "[scale]": {
        "gauge": '"jkt-gauge-01"', "also": "[]", "datum": '"nol"', "direction": '"rising"', "normal_name": '"Biasa"',
        "jump_cm": "60", "waspada": '{ raise_cm = 100, clear_cm = 90, local_name = "Siaga 3" }',
    },
    "scale.siaga": {"raise_cm": "150", "clear_cm": "140", "local_name": '"Siaga 2"'},
    "scale.awas": {"raise_cm": "200", "clear_cm": "190", "local_name": '"Siaga 1"'},
}  # fmt: skip


def test_no_saved_scale_ends_the_engine(cities: Path) -> None:
    """Every key of a scale with every bad value, by the reader of the process and of the pages; what is taken fits an
    engine."""
    path = cities / "scale.toml"
    others = "[[scale]]" + path.read_text(encoding="utf-8").split("[[scale]]", 2)[2]
    looked = Looked(path, partial(wiring.scales, settings_module.load()), "scales", "scale.toml", "jakarta/")
    engine = Engine("jakarta", watch.rules(), watch.placements(), SCALES)
    taken = 0
    for label, text in spoiled(STAFF, tuple(STAFF)):
        found = looked.saved(label, f"{text}\n{others}")
        if found is not None:
            taken += 1
            engine.place(watch.placements(), {scale.gauge: scale for scale in found})
    assert taken
    assert len(looked.said) > len(BAD)
    assert looked.saved("as it was", written(STAFF) + others) is not None


def test_no_saved_manners_end_the_engine(tmp_path: Path) -> None:
    """Rules under which `notify.toml` makes no sense are refused like any other: at the next start nothing would begin
    by them."""
    (tmp_path / "rules").mkdir()
    shutil.copy(watch.RULES / "hotspot.toml", tmp_path / "rules")
    manners: Sections = {
        "budget": {"told_per_min": "60"},
        "[inhibit]": {
            "source": '{ cause = "power" }', "target": '{ rule = "hotspot", cause = "node" }', "equal": '["power"]'
        },
    }  # fmt: skip
    city = watch.profile()
    looked = Looked(
        tmp_path / "notify.toml", lambda: rulecheck.fit(tmp_path / "rules", city), "rules", "notify.toml", "notify.toml"
    )
    for label, text in spoiled(manners, ("budget", "[inhibit]")):
        looked.saved(label, text.replace("[inhibit] =", "inhibit ="))
    assert len(looked.said) > len(BAD)
    assert looked.saved("as it was", written(manners)) is not None
    path = tmp_path / "rules" / "hotspot.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('id = "hotspot"', 'id = "titik"'), encoding="utf-8")
    with pytest.raises(BadInput, match=r"notify\.toml, line 5: .*'hotspot' is no rule"):
        rulecheck.fit(tmp_path / "rules", city)


@pytest.mark.parametrize("direction", ["rising", "falling"])
def test_what_a_city_may_write_of_its_marks_is_what_an_engine_can_judge_by(direction: str) -> None:
    """Marks at random: where nothing is found the engine takes them, and where only the order of what clears is wrong
    it would not."""
    rng = random.Random(4)
    taken = refused = 0
    for _ in range(2_000):
        marks = {
            name: {"raise_cm": rng.randrange(0, 8), "clear_cm": rng.randrange(-2, 8), "local_name": name}
            for name in ("waspada", "siaga", "awas")
            if rng.random() < 0.8
        }
        form = ScaleFile.model_validate({"scale": [{"gauge": "a", "datum": "nol", "direction": direction, **marks}]})
        findings = Findings()
        (scale,) = read_scales(TomlSource("scale.toml", form, {}), {"a"}, findings)
        if findings.found:
            refused += 1
        else:
            Staff(scale)
            taken += 1
    assert taken > 10
    assert refused > 10


def test_a_worse_level_ends_no_later_than_a_milder_one(cities: Path) -> None:
    """SIAGA would still stand when WASPADA has ended: with file and line."""
    path = cities / "scale.toml"
    text = path.read_text(encoding="utf-8")
    assert "raise_cm = 150, clear_cm = 140" in text
    path.write_text(text.replace("raise_cm = 150, clear_cm = 140", "raise_cm = 150, clear_cm = 60"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"scale\.toml line 15: siaga of .* clears at 60 cm, when waspada \(75 cm\) has"):
        wiring.scales(settings_module.load())


def test_scales_that_no_engine_takes_are_refused_by_their_file() -> None:
    """Whoever made them."""
    crossed = Scale(
        "a", "nol", "rising", (Threshold(Level.WASPADA, 100, 75, "3"), Threshold(Level.SIAGA, 150, 60, "2"))
    )
    with pytest.raises(BadInput, match=r"scale\.toml: the scale of a: its thresholds contradict"):
        fit_scales((crossed,), Path("scale.toml"))


def test_the_pages_refuse_what_the_engine_refuses(cities: Path) -> None:
    """They go on with the scales that are in force, and say what is wrong."""
    shown = wiring.shown_city(settings_module.load())
    before = shown.profile()
    path = cities / "scale.toml"
    text = path.read_text(encoding="utf-8")
    mark = next(line for line in text.splitlines() if line.startswith("siaga = "))
    path.write_text(text.replace(mark, 'siaga = { raise_cm = 170, clear_cm = 1, local_name = "x" }'), encoding="utf-8")
    for second in (0, 2, 4):
        shown.look(second * SECOND_US)
    assert "scale.toml line" in str(shown.facts()["scales_refused"])
    assert shown.profile() is before
