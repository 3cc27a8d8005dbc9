# ruff: noqa: S608 - InfluxQL has no parameters for names; values pass _text(), names come from the contract
"""Readings in InfluxDB 1, 2 or 3: line protocol up, InfluxQL down.

What InfluxDB cannot do, and what is done instead:
- It overwrites a point silently. The edge makes two identities at one time of one sensor impossible; a write looks
  the time up only where its own batch holds two. A tie across two writes is not seen: the later one wins.
- A row that is written again takes its newest `received_us`, and is seen again by whoever catches up.
- `region` is a tag, part of a point's key. It is decided by where the node stood when the reading was observed, so it
  is the same at every write; a registry whose history is rewritten by hand would keep a row twice.
- It finds points by observed time only: see `line_protocol.late_marks`.
- It shows a point field by field while it is written: a reader can find one without its number, or without its value,
  which would look like a sensor that measured nothing. A row carries the count of its values; one that is not whole is
  asked for again, and left out if it stays so.
- The roll-up is not stored: InfluxQL computes it from raw when it is asked for, so it is never behind.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contract.clock import MINUTE_US
from contract.kinds import KINDS, KindName
from contract.quality import Quality
from store.influx_http import InfluxHttp
from store.line_protocol import LATE, LATE_AFTER_US, is_whole, late_marks, line, row_of
from store.ports import Bucket, Ledger, Refused, Row, Series
from store.rows import WINDOW_US, numeric, problem, received_order, whole_groups

_FIRST_LOOK_US = 10 * MINUTE_US
_LOOKS = 5


class InfluxReadings:
    """`ReadingStore` on InfluxDB. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        org: str,
        bucket: str,
        token: str = "",
        *,
        timeout_s: float = 30.0,
        answered: Callable[[], object] = bool,
    ) -> None:
        """Nothing is connected yet; `ping` says whether it would work. `answered` is called after each answer."""
        self._influx = InfluxHttp(url, org, bucket, token, timeout_s=timeout_s, answered=answered)

    # ------------------------------------------------------------ write

    def write(self, rows: Sequence[Row]) -> Sequence[Refused]:
        """See `ReadingStore.write`. Durable when it returns: InfluxDB syncs its log before it answers 204."""
        refused: list[Refused] = []
        good: list[Row] = []
        for row in rows:
            if reason := problem(row):
                refused.append(Refused(row, reason))
            else:
                good.append(row)
        good, ties = self._without_ties(good)
        # The marks go first: a reader that catches up must never miss what came late.
        marks = list(late_marks(good))
        poison = self._influx.write([*marks, *(line(row) for row in good)])
        refused += [Refused(good[bad.at - len(marks)], bad.reason) for bad in poison if bad.at >= len(marks)]
        return [*refused, *ties]

    def _without_ties(self, rows: Sequence[Row]) -> tuple[list[Row], list[Refused]]:
        """Of several identities at one time of one series, what is stored wins, else the first."""
        first: dict[tuple[Series, int], Row] = {}
        tied = False
        for row in rows:
            tied = tied or _identity(first.setdefault((row.series, row.observed_us), row)) != _identity(row)
        if not tied:
            return list(first.values()), []
        kept, refused = dict[tuple[Series, int], Row](), []
        for row in rows:
            key = (row.series, row.observed_us)
            if key not in kept:
                kept[key] = next(iter(self.between(row.series, row.observed_us, row.observed_us + 1)), row)
            if _identity(kept[key]) != _identity(row):
                reason = f"reading {kept[key].epoch}/{kept[key].seq} of the same sensor already has the time"
                refused.append(Refused(row, f"{reason} {row.observed_us}", time_taken=True))
        return list(kept.values()), refused

    # ------------------------------------------------------------ read

    def latest(self, city: str, kind: KindName | None = None) -> Sequence[Row]:
        """See `ReadingStore.latest`."""
        # Two, because the newest may just be on its way in.
        where = f"city = {_text(city)} GROUP BY node, sensor ORDER BY time DESC LIMIT 2"
        kinds = KINDS if kind is None else (kind,)
        newest: dict[Series, Row] = {}
        for one in kinds:
            for row in self._rows(one, where, city=city):
                newest.setdefault(row.series, row)
        return list(newest.values())

    def between(self, series: Series, start_us: int, end_us: int, *, limit: int = 50_000) -> Sequence[Row]:
        """See `ReadingStore.between`."""
        where = f"{_of(series)} AND {_during(start_us, end_us)} ORDER BY time DESC LIMIT {int(limit)}"
        return self._rows(series.kind, where)[::-1]

    def received_since(self, city: str, received_us: int, *, limit: int = 10_000) -> Sequence[Row]:
        """See `ReadingStore.received_since`. A group larger than `limit` is returned whole.

        Reads the observed times that rows received since then can have, in looks that double until they hold enough.
        """
        start_us = self._oldest(city, received_us)
        newest = self._newest_received(city, start_us, received_us)
        look_us = _FIRST_LOOK_US
        while newest is not None:
            until_us = received_us + look_us
            where = f"{_since(city, start_us, received_us)} AND received_us < {until_us}"
            if until_us > newest or self._count(where) > limit:
                rows = [row for kind in KINDS for row in self._rows(kind, where)]
                return whole_groups(heapq.nsmallest(len(rows), rows, key=received_order), limit)
            look_us *= 2
        return []

    def _oldest(self, city: str, received_us: int) -> int:
        """No row received since then was observed before this."""
        oldest = max(received_us - LATE_AFTER_US, 0)
        mark = f'SELECT min(oldest_us) AS oldest FROM "{LATE}" WHERE city = {_text(city)} AND time >= {received_us}u'
        found = [int(columns["oldest"]) for _, columns in self._influx.query(mark) if columns["oldest"] is not None]
        return min([oldest, *found])

    def _newest_received(self, city: str, start_us: int, received_us: int) -> int | None:
        where = _since(city, start_us, received_us)
        found = [
            int(columns["newest"])
            for kind in KINDS
            for _, columns in self._influx.query(f'SELECT max(received_us) AS newest FROM "{kind}" WHERE {where}')
        ]
        return max(found, default=None)

    def _count(self, where: str) -> int:
        return sum(
            int(columns["rows"])
            for kind in KINDS
            for _, columns in self._influx.query(f'SELECT count(seq) AS rows FROM "{kind}" WHERE {where}')
        )

    def five_minutes(self, series: Series, field: str, start_us: int, end_us: int) -> Sequence[Bucket]:
        """See `ReadingStore.five_minutes`. Empty for a field that is no number."""
        if field not in numeric(series.kind):
            return []
        # The windows that begin in [start, end), each whole.
        first, last = -(-start_us // WINDOW_US) * WINDOW_US, -(-end_us // WINDOW_US) * WINDOW_US
        shares = ", ".join(
            f'{call}("{field}") AS {name}'
            for name, call in (("n", "count"), ("mean", "mean"), ("low", "min"), ("high", "max"), ("last", "last"))
        )
        usable = f"(quality = {int(Quality.GOOD)} OR quality = {int(Quality.UNKNOWN)})"
        query = (
            f'SELECT {shares} FROM "{series.kind}" WHERE {_of(series)} AND {_during(first, last)} AND {usable} '
            "GROUP BY time(5m) fill(none)"
        )
        return [
            Bucket(int(c["time"]), int(c["n"]), float(c["mean"]), float(c["low"]), float(c["high"]), float(c["last"]))
            for _, c in self._influx.query(query)
            if c["n"]
        ]

    def ledger(self, city: str) -> Sequence[Ledger]:
        """See `ReadingStore.ledger`. Reads every row of the city: for checks, not for every day."""
        rows: dict[tuple[str, str], int] = {}
        seqs: dict[tuple[str, str], set[int]] = {}
        for kind in KINDS:
            query = f'SELECT epoch, seq FROM "{kind}" WHERE city = {_text(city)} GROUP BY node'
            for tags, columns in self._influx.query(query):
                if columns["epoch"] is None or columns["seq"] is None:
                    continue  # on its way in
                key = (tags["node"], str(columns["epoch"]))
                rows[key] = rows.get(key, 0) + 1
                seqs.setdefault(key, set()).add(int(columns["seq"]))
        return [Ledger(node, epoch, rows[node, epoch], len(seqs[node, epoch])) for node, epoch in sorted(rows)]

    def _rows(self, kind: KindName, where: str, **known: str) -> list[Row]:
        """Whole rows alone. What is on its way in is there at the next look; what stays torn is nobody's row."""
        torn: list[Mapping[str, Any]] | None = None
        for _ in range(_LOOKS):
            answered = self._influx.query(f'SELECT * FROM "{kind}" WHERE {where}')
            found: list[Mapping[str, Any]] = [{**known, **columns, **tags} for tags, columns in answered]
            torn, before = [record for record in found if not is_whole(kind, record)], torn
            if not torn or torn == before:
                break
        return [row_of(kind, int(record["time"]), record) for record in found if is_whole(kind, record)]

    def ping(self) -> None:
        """See `ReadingStore.ping`. Asks a question that needs the token and the bucket."""
        for _ in self._influx.query(f'SELECT seq FROM "{KINDS[0]}" LIMIT 1'):
            pass

    def close(self) -> None:
        """Ends all connections."""
        self._influx.close()


def _identity(row: Row) -> tuple[str, int]:
    return row.epoch, row.seq


def _text(value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{quoted}'"


def _of(series: Series) -> str:
    return f"city = {_text(series.city)} AND node = {_text(series.node)} AND sensor = {_text(series.sensor)}"


def _during(start_us: int, end_us: int) -> str:
    return f"time >= {int(start_us)}u AND time < {int(end_us)}u"


def _since(city: str, start_us: int, received_us: int) -> str:
    return f"city = {_text(city)} AND time >= {int(start_us)}u AND received_us >= {int(received_us)}"
