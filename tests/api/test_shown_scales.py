"""A scale that is corrected while the pages are served: they show what the engine judges by, without a restart."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs
from support.commands import without_settings
from support.seed import Town
from support.visitors import person, signed_in

from cities.load import rules_folder
from contract.clock import SECOND_US, ManualClock
from contract.levels import Level, Scale
from faults.parts.brokers import free_port, wait_until
from siaga import heartbeat, wiring
from siaga import settings as settings_module
from siaga.settings import Settings
from siaga.shown_city import ShownCity

CITY = "yogyakarta"
GAUGE = "jog-gauge-04"
FLOODED = "jog-gauge-05"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a city whose folder is the test's own."""
    shutil.copytree(rules_folder(CITY).parent, tmp_path / "cities" / CITY)
    without_settings(monkeypatch)
    monkeypatch.setenv("SIAGA_CITIES_FOLDER", str(tmp_path / "cities"))
    monkeypatch.setenv("SIAGA_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("SIAGA_API_PORT", str(free_port()))
    monkeypatch.setenv("SIAGA_SCENARIO", "normal")
    return settings_module.load()


@pytest.fixture
def shown(settings: Settings) -> ShownCity:
    return wiring.shown_city(settings)


@pytest.fixture
def file(settings: Settings) -> Path:
    assert settings.cities_folder is not None
    return settings.cities_folder / CITY / "scale.toml"


def edit(file: Path, gauge: str, old: str, new: str) -> None:
    before, mark, after = file.read_text(encoding="utf-8").partition(f'gauge = "{gauge}"')
    assert old in after
    file.write_text(before + mark + after.replace(old, new, 1), encoding="utf-8")


def look(shown: ShownCity, *seconds: float) -> None:
    for second in seconds:
        shown.look(round(second * SECOND_US))


def marks(page: str) -> list[str]:
    """Of the table of marks, from the worst to the mildest."""
    return re.findall(r"≥ (\d+) cm", page)


def drawn(page: str) -> set[str]:
    """The marks that stand beside the chart."""
    return set(re.findall(r'<tspan class="label-word">[^<]*</tspan> (\d+)', page))


def flooded(made: Town) -> tuple[str, str]:
    """The alarm of a flood, and the number of its case."""
    node = next(one for one in made.nodes("gauge") if one.node == FLOODED)
    made.wave(node, 214, hours_ago=-0.4)
    found, event = made.open_flood(node, Level.SIAGA, 120.0)
    return found.id, made.file(event, node, "banjir", {"id": "Banjir", "en": "Flood"}).number


def test_pages_and_programs_are_shown_the_corrected_mark(
    made: Town, serve: Callable[..., httpx.Client], shown: ShownCity, file: Path
) -> None:
    """The river's level, table, chart and bare text, the evidence of a case and an alarm, and what programs read."""
    alarm, case = flooded(made)
    made.calm(next(one for one in made.nodes("gauge") if one.node == GAUGE), 40)
    client = serve(made, keys=(), in_force=shown.profile)
    operator = signed_in(made, person(made, "operator", "operator"))

    def levels() -> dict[str, str]:
        return {one["gauge"]: one["level"] for one in client.get("/api/v1/gauges").json()["items"]}

    assert marks(client.get(f"/sungai/{GAUGE}").text) == ["160", "110", "70"]
    assert levels() | {GAUGE: "NORMAL", FLOODED: "AWAS"} == levels()
    assert "case-level lv-awas" in client.get(f"/kasus/{case}").text
    edit(file, GAUGE, "raise_cm = 70, clear_cm = 60", "raise_cm = 31, clear_cm = 21")
    edit(file, FLOODED, "raise_cm = 160", "raise_cm = 260")
    look(shown, 0, 2)
    page = client.get(f"/sungai/{GAUGE}").text
    assert marks(page) == ["160", "110", "31"]
    assert "31" in drawn(page)
    assert marks(client.get(f"/s/{GAUGE}").text) == ["160", "110", "31"]
    assert levels() | {GAUGE: "WASPADA", FLOODED: "SIAGA"} == levels()
    of_case = client.get(f"/kasus/{case}").text
    assert "260" in drawn(of_case)
    assert "case-level lv-siaga" in of_case
    told = client.get(f"/api/v1/alarms/{alarm}", headers=operator.sent).json()
    assert [one["raise_cm"] for one in told["scale"]["thresholds"]] == [70.0, 110.0, 260.0]
    assert marks(client.get(f"/operator?pilih={alarm}", headers=operator.sent).text) == ["260", "110", "70"]


def test_with_a_mistake_in_the_file_the_old_marks_are_shown(
    made: Town, serve: Callable[..., httpx.Client], shown: ShownCity, file: Path
) -> None:
    """What is wrong is named with its file, in the log once, and until it is mended."""
    client = serve(made, keys=(), in_force=shown.profile)
    edit(file, GAUGE, "raise_cm = 70", "raise_cm = no")
    with capture_logs() as lines:
        look(shown, 0, 2, 4, 6)
    assert [one["event"] for one in lines] == ["api.scales_refused"]
    assert "yogyakarta/scale.toml line" in shown.facts()["scales_refused"]
    assert marks(client.get(f"/sungai/{GAUGE}").text) == ["160", "110", "70"]
    edit(file, GAUGE, "raise_cm = no", "raise_cm = 75")
    with capture_logs() as lines:
        look(shown, 8, 10)
    assert [one["event"] for one in lines] == ["api.scales_in_order", "api.scales_changed"]
    assert lines[1]["changed"] == [GAUGE]
    assert shown.facts()["scales_refused"] == ""
    assert marks(client.get(f"/sungai/{GAUGE}").text) == ["160", "110", "75"]


def test_nothing_but_the_scales_is_another(shown: ShownCity, file: Path) -> None:
    """What else was changed in the city's folder waits for the next start."""
    before = shown.profile()
    city = file.with_name("city.toml")
    city.write_text(city.read_text(encoding="utf-8").replace('name = "', 'name = "Baru ', 1), encoding="utf-8")
    edit(file, GAUGE, "raise_cm = 70", "raise_cm = 75")
    look(shown, 0, 2)
    now = shown.profile()
    assert now.scales != before.scales
    assert replace(now, scales=before.scales) == before


def test_who_asks_for_the_city_touches_no_file(shown: ShownCity, file: Path) -> None:
    """It is the very same value until a look has found another, and a look comes every two seconds at most."""
    before = shown.profile()
    edit(file, GAUGE, "raise_cm = 70", "raise_cm = 75")
    assert shown.profile() is before
    look(shown, 0, 0.5, 1, 1.9)
    assert shown.profile() is before
    look(shown, 2)
    assert shown.profile() is not before


def test_one_answer_shows_one_set_of_marks(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """However often the scales change while it is written."""
    made.wave(next(one for one in made.nodes("gauge") if one.node == GAUGE), 214, hours_ago=-0.4)

    def higher(scale: Scale) -> Scale:
        return replace(scale, thresholds=tuple(replace(one, raise_cm=one.raise_cm + 7) for one in scale.thresholds))

    other = replace(made.profile, scales=tuple(higher(one) for one in made.profile.scales))
    turns = cycle([made.profile, other])
    client = serve(made, keys=(), in_force=lambda: next(turns))
    for _ in range(4):
        page = client.get(f"/sungai/{GAUGE}").text
        assert len(marks(page)) == 3
        assert drawn(page) == set(marks(page))


class _Hurried(ManualClock):
    """Three seconds pass whenever somebody looks."""

    def mono_us(self) -> int:
        self.advance(3)
        return super().mono_us()


@pytest.fixture
def running(made: Town, settings: Settings) -> Iterator[None]:
    """`siaga api` of the city, on a clock that hurries."""
    made.close()
    settings.data_folder.mkdir()
    for name in ("city", "readings"):
        shutil.copy(settings.data_folder.parent / "nothing" / f"{name}.db", settings.data_folder / f"{name}.sqlite3")
    stop = threading.Event()
    thread = threading.Thread(target=wiring.run_api, args=(settings, _Hurried(made.now_us), stop))
    thread.start()
    yield
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_the_stage_follows_the_file_and_its_heartbeat_says_so(running: None, settings: Settings, file: Path) -> None:
    """Nothing is started again between the two marks."""

    def fact(name: str) -> object:
        beat = heartbeat.read(settings.run_folder, "api")
        return beat.facts.get(name) if beat is not None else None

    def shown_marks() -> list[str]:
        return marks(httpx.get(f"{settings.public_url}/s/{GAUGE}", trust_env=False).text)

    assert wait_until(lambda: bool(fact("started")), 15)
    assert (fact("scales_followed"), fact("scales_refused")) == (True, "")
    assert shown_marks() == ["160", "110", "70"]
    edit(file, GAUGE, "raise_cm = 70", "raise_cm = 75")
    assert wait_until(lambda: shown_marks() == ["160", "110", "75"], 15)
