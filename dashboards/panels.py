"""Panels as plain values of Grafana's JSON, version 1, and the grid they stand in.

One schema version is pinned; newer Grafanas migrate it when they load it. Every panel has a title in Indonesian and
English and a description that says what the figure means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contract.levels import Level, Scale

SCHEMA_VERSION = 39
DATASOURCE = {"type": "influxdb", "uid": "siaga-influx"}
SCRAPES = {"type": "prometheus", "uid": "siaga-prometheus"}
GRID_WIDTH = 24

# Colour only where it means something; the four levels are the pages' own colours.
LEVEL_COLOUR = {Level.NORMAL: "#1F7A4D", Level.WASPADA: "#F2C230", Level.SIAGA: "#C2500A", Level.AWAS: "#A3142B"}
NEUTRAL = "#0B5D6B"
NO_DATA = "#5B6664"

Panel = dict[str, Any]


def target(query: str, *, alias: str = "", table: bool = False, ref: str = "A") -> dict[str, Any]:
    """One InfluxQL query of a panel."""
    return {
        "refId": ref,
        "datasource": DATASOURCE,
        "rawQuery": True,
        "query": query,
        "alias": alias,
        "resultFormat": "table" if table else "time_series",
    }


def scraped(expression: str, *, alias: str = "", ref: str = "A") -> dict[str, Any]:
    """One PromQL expression of a panel."""
    return {"refId": ref, "datasource": SCRAPES, "expr": expression, "legendFormat": alias, "range": True}


def level_steps(scale: Scale) -> list[dict[str, Any]]:
    """Grafana's threshold steps for a gauge's staff, from the lowest reading upwards.

    Grafana colours from a step upwards. On a falling scale the worst level is the lowest, so each step carries the
    colour of what lies above it.
    """
    ordered = sorted(scale.thresholds, key=lambda threshold: threshold.raise_cm)
    if scale.direction == "rising":
        steps = [(None, LEVEL_COLOUR[Level.NORMAL])]
        return _steps([*steps, *((one.raise_cm, LEVEL_COLOUR[one.level]) for one in ordered)])
    milder = [*(one.level for one in ordered[1:]), Level.NORMAL]
    steps = [(None, LEVEL_COLOUR[ordered[0].level])] if ordered else [(None, LEVEL_COLOUR[Level.NORMAL])]
    pairs = zip(ordered, milder, strict=True)
    return _steps([*steps, *((one.raise_cm, LEVEL_COLOUR[level]) for one, level in pairs)])


def _steps(steps: Sequence[tuple[float | None, str]]) -> list[dict[str, Any]]:
    return [{"value": value, "color": colour} for value, colour in steps]


def plain_steps() -> list[dict[str, Any]]:
    """No judgement: one colour."""
    return _steps([(None, NEUTRAL)])


def timeseries(
    title: str,
    description: str,
    targets: Sequence[dict[str, Any]],
    *,
    unit: str = "short",
    steps: Sequence[dict[str, Any]] | None = None,
    decimals: int = 0,
) -> Panel:
    """Lines over time. A gap in the data is a gap in the line; thresholds, where given, are drawn as areas."""
    return {
        "type": "timeseries",
        "title": title,
        "description": description,
        "datasource": targets[0]["datasource"],
        "targets": list(targets),
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "decimals": decimals,
                "color": {"mode": "fixed", "fixedColor": NEUTRAL} if steps else {"mode": "palette-classic"},
                "custom": {
                    "drawStyle": "line",
                    "lineWidth": 2,
                    "fillOpacity": 0,
                    "showPoints": "auto",
                    "spanNulls": False,
                    "thresholdsStyle": {"mode": "area" if steps else "off"},
                },
                "thresholds": {"mode": "absolute", "steps": list(steps) if steps else plain_steps()},
            },
            "overrides": [],
        },
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": not steps},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def stat(
    title: str,
    description: str,
    targets: Sequence[dict[str, Any]],
    *,
    unit: str = "short",
    no_value: str = "tidak ada data / no data",
    names: bool = False,
) -> Panel:
    """One large figure, or one per query with its name. `no_value` is what stands there when nothing came back."""
    return {
        "type": "stat",
        "title": title,
        "description": description,
        "datasource": targets[0]["datasource"],
        "targets": list(targets),
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "noValue": no_value,
                "color": {"mode": "fixed", "fixedColor": NEUTRAL},
                "thresholds": {"mode": "absolute", "steps": plain_steps()},
            },
            "overrides": [],
        },
        "options": {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "graphMode": "none",
            "colorMode": "value",
            "textMode": "value_and_name" if names else "value",
            "justifyMode": "auto",
            "orientation": "auto",
        },
    }


def table(title: str, description: str, query: str, columns: dict[str, tuple[str, str]], *, sort: str) -> Panel:
    """A table. `columns` maps a field of the query to (heading, unit); `sort` is the heading to sort by."""
    return {
        "type": "table",
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": [target(query, table=True)],
        "fieldConfig": {
            "defaults": {"noValue": "–", "custom": {"align": "auto", "filterable": True}},
            "overrides": [
                {
                    "matcher": {"id": "byName", "options": name},
                    "properties": [{"id": "displayName", "value": heading}, {"id": "unit", "value": unit}],
                }
                for name, (heading, unit) in columns.items()
            ],
        },
        "options": {
            "showHeader": True,
            "cellHeight": "sm",
            "sortBy": [{"displayName": sort, "desc": False}],
        },
    }


Row = tuple[int, Sequence[tuple[Panel, int]]]


def grid(rows: Sequence[Row]) -> list[Panel]:
    """Number panels and place them row under row: each row is (height, [(panel, width), …]), 24 columns wide.

    Raises ValueError for a row that does not fit.
    """
    placed: list[Panel] = []
    top = 0
    for height, panels in rows:
        left = 0
        for panel, width in panels:
            if left + width > GRID_WIDTH:
                raise ValueError(f"the row with {panel['title']!r} is wider than {GRID_WIDTH} columns")
            at = {"x": left, "y": top, "w": width, "h": height}
            placed.append({"id": len(placed) + 1, "gridPos": at, **panel})
            left += width
        top += height
    return placed


def board(uid: str, title: str, description: str, panels: Sequence[Panel], variables: Sequence[Panel]) -> Panel:
    """A whole board. It cannot be edited in Grafana: what is not in git is gone at the next start."""
    return {
        "uid": uid,
        "id": None,
        "title": title,
        "description": description,
        "tags": ["siaga"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": list(variables)},
        "annotations": {"list": []},
        "links": [],
        "panels": list(panels),
    }


def choice(name: str, label: str, query: str) -> Panel:
    """A variable filled from the data, all values chosen at first."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "options": [],
        "hide": 0,
    }
