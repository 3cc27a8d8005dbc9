"""What is built: in step with the code, whole, and made of the contract's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from support.seed import town
from support.visitors import program
from support.web_server import serving

from cities.load import available, load
from contract.kinds import KINDS, fields_of
from contract.levels import Level, Scale, Threshold
from dashboards import build, panels, queries, scrapes
from faults.parts import tiny_city
from faults.parts.stages import siaga

BOARDS: dict[str, dict[str, Any]] = {
    name: board for code in available() for name, board in build.built(load(code)).items()
}
PROVISIONING = Path(build.__file__).parent / "provisioning"


@pytest.fixture(params=sorted(BOARDS))
def board(request: pytest.FixtureRequest) -> dict[str, Any]:
    return BOARDS[request.param]


def queries_of(board: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["query"] if "query" in target else target["expr"]
    for variable in board["templating"]["list"]:
        yield variable["name"], variable["query"]


def test_no_drift() -> None:
    """The committed JSON is what the code makes."""
    texts = build.texts()
    for path, text in texts.items():
        assert path.read_text(encoding="utf-8") == text, f"run `siaga dashboards build`: {path.name} is old"
    assert set(build.BUILT.glob("*.json")) == set(texts)


def test_pinned(board: dict[str, Any]) -> None:
    """A fixed uid, a pinned schema version, no editing, one data source: readings, or what was scraped."""
    assert board["uid"].startswith("siaga-")
    assert len(board["uid"]) <= 40
    assert board["schemaVersion"] == panels.SCHEMA_VERSION
    assert board["editable"] is False
    sources = {
        json.dumps(found["datasource"])
        for panel in [*board["panels"], *board["templating"]["list"]]
        for found in [panel, *panel.get("targets", [])]
    }
    assert sources in ({json.dumps(panels.DATASOURCE)}, {json.dumps(panels.SCRAPES)})


def test_a_city_outside_the_program_has_its_board_too(tmp_path: Path) -> None:
    """By the same command, where SIAGA_CITIES_FOLDER points; nothing is written into the program."""
    tiny_city.write(tmp_path / "cities")
    before = sorted(build.BUILT.iterdir())
    answer = siaga(
        {"SIAGA_CITIES_FOLDER": tmp_path / "cities"}, "dashboards", "build", "--into", str(tmp_path / "boards")
    )
    assert answer.returncode == 0, answer.stderr
    files = sorted((tmp_path / "boards").iterdir())
    assert [file.name for file in files] == [f"{tiny_city.CODE}-alarms.json", f"{tiny_city.CODE}-city-now.json"]
    assert answer.stdout.split() == [str(file) for file in files]
    assert sorted(build.BUILT.iterdir()) == before


def test_uids_are_distinct() -> None:
    """Two boards never overwrite each other."""
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS)


def test_every_panel_explains_itself(board: dict[str, Any]) -> None:
    """A title and a description in both languages, a query, a number of its own."""
    for panel in board["panels"]:
        assert panel["title"]
        assert " / " in panel["description"], panel["title"]
        assert panel["targets"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))


def test_nothing_overlaps(board: dict[str, Any]) -> None:
    """Every cell of the grid belongs to one panel at most, and no panel sticks out."""
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert all(x < panels.GRID_WIDTH for x, _ in cells), panel["title"]
        taken |= cells


def test_row_too_wide() -> None:
    """A row that does not fit is refused when it is built."""
    with pytest.raises(ValueError, match="wider than 24"):
        panels.grid([(4, [({"title": "a"}, 20), ({"title": "b"}, 5)])])


def test_variables_are_used_and_known(board: dict[str, Any]) -> None:
    """Every variable is in some query, and every `$name` in a query is a variable or Grafana's own."""
    names = {variable["name"] for variable in board["templating"]["list"]}
    used = {name for _, query in queries_of(board) for name in re.findall(r"\$(?:\{)?(\w+)", query)}
    assert names <= used
    assert used <= names | {"timeFilter", "__interval"}


def test_every_word_of_a_query_is_in_the_contract(board: dict[str, Any]) -> None:
    """Measurements are kinds; quoted words are tags, fields of the kind asked, or names the query itself gave."""
    for title, query in queries_of(board):
        if not query.startswith(("SELECT", "SHOW")):
            continue
        sources = re.findall(r'FROM "(\w+)"', query)
        kinds = sources or list(KINDS)
        assert set(sources) <= set(KINDS), title
        known = {*queries.TAGS, *queries.CARRIED, *KINDS, *re.findall(r'AS "(\w+)"', query)}
        for kind in KINDS:
            if kind in kinds:
                known |= {spec.name for spec in fields_of(kind)}
        assert set(re.findall(r'"(\w+)"', query)) <= known, title


def test_a_board_asks_for_what_a_scrape_says(tmp_path: Path) -> None:
    """Figures, labels and the values that a board picks out are written by `/metrics`, also without alarms."""
    city = town(tmp_path)
    said = {"alerts": {"alive": True, "not_believed": 0}}
    with serving(city, keys=(), status=lambda: said) as address:
        scrape = httpx.get(f"{address}/metrics", headers=program(city, "service").sent, trust_env=False).text
    city.close()
    written: dict[str, dict[str, set[str]]] = {}
    for name, labels in re.findall(r"(?m)^(siaga_\w+)\{(.*)\} ", scrape):
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
            written.setdefault(name, {}).setdefault(label, set()).add(value)
    assert {name: set(labels) for name, labels in scrapes.FIGURES.items()} == {
        name: set(written[name]) for name in scrapes.FIGURES
    }
    asked = [query for name in BOARDS for _, query in queries_of(BOARDS[name]) if "siaga_" in query]
    assert asked
    for query in asked:
        ((name, only),) = re.findall(r"(siaga_\w+)\{([^}]*)\}", query)
        for label, values in re.findall(r'(\w+)=~"([^"]*)"', only):
            assert set(values.split("|")) <= written[name][label], query


def test_an_unknown_figure_cannot_be_built() -> None:
    """Nor an unknown label, nor a city that could end the expression."""
    with pytest.raises(ValueError, match="no figure 'siaga_moods'"):
        scrapes.of("siaga_moods", "jakarta")
    with pytest.raises(ValueError, match="no label 'street'"):
        scrapes.of("siaga_alarms", "jakarta", street="x")
    with pytest.raises(ValueError, match="no label 'why'"):
        scrapes.total("siaga_alarms", "jakarta", by=("why",))
    with pytest.raises(ValueError, match="no id"):
        scrapes.of("siaga_alarms", 'x"} or vector(1) #')


def test_an_unknown_word_cannot_be_built() -> None:
    """A field, tag or id that does not exist fails where the board is made."""
    with pytest.raises(ValueError, match="no field 'depth_m'"):
        queries.field("flood", "depth_m")
    with pytest.raises(ValueError, match="no tag 'street'"):
        queries.tag("street")
    with pytest.raises(ValueError, match="no id"):
        queries.of_city("x' OR 'a'='a")


@pytest.mark.parametrize("code", available())
def test_gauges_carry_their_own_thresholds(code: str) -> None:
    """One chart a gauge, with the thresholds of the city's scale file and no other."""
    city = load(code)
    drawn = build.built(city)[f"{code}-city-now.json"]["panels"]
    for scale in city.scales:
        (panel,) = [one for one in drawn if f"'{scale.gauge}'" in one["targets"][0]["query"]]
        steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        assert [step["value"] for step in steps] == [None, *sorted(one.raise_cm for one in scale.thresholds)]
        assert all(one.local_name in panel["description"] for one in scale.thresholds)


def colour_at(steps: list[dict[str, Any]], value: float) -> str:
    return str([step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1])


def test_colours_of_a_rising_scale() -> None:
    """At and above the threshold."""
    steps = panels.level_steps(
        Scale("g", "zero", "rising", (Threshold(Level.WASPADA, 100, 90, ""), Threshold(Level.AWAS, 200, 190, "")))
    )
    shown = [colour_at(steps, value) for value in (99.0, 100.0, 199.0, 200.0)]
    assert shown == [panels.LEVEL_COLOUR[level] for level in (Level.NORMAL, Level.WASPADA, Level.WASPADA, Level.AWAS)]


def test_colours_of_a_falling_scale() -> None:
    """Where low water is the danger the lowest band is the worst."""
    steps = panels.level_steps(
        Scale("g", "zero", "falling", (Threshold(Level.WASPADA, 50, 60, ""), Threshold(Level.AWAS, 20, 30, "")))
    )
    shown = [colour_at(steps, value) for value in (10.0, 30.0, 70.0)]
    assert shown == [panels.LEVEL_COLOUR[level] for level in (Level.AWAS, Level.WASPADA, Level.NORMAL)]


def test_provisioning_says_the_same() -> None:
    """The provisioned data source has the uid the boards ask for; no file holds a secret; boards cannot be edited."""
    sources = yaml.safe_load((PROVISIONING / "datasources" / "siaga.yaml").read_text())["datasources"]
    assert [{"type": one["type"], "uid": one["uid"]} for one in sources] == [panels.DATASOURCE, panels.SCRAPES]
    source = sources[0]
    assert source["jsonData"]["version"] == "InfluxQL"
    assert all("$__file{" in value for value in source["secureJsonData"].values())
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "siaga.yaml").read_text())["providers"]
    assert provider["allowUiUpdates"] is False
    assert provider["type"] == "file"
