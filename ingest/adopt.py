"""The way back in for what was put in quarantine: a person looks at it and says that it may be stored after all."""

from __future__ import annotations

from collections.abc import Sequence

from broker.ports import Incoming
from contract import topics
from contract.clock import Clock
from contract.errors import BadInput
from contract.messages import Reading
from ingest.admit import refusal
from ingest.decode import BatchNews, decode
from ingest.place import Known, Registry
from ingest.rows import row_of
from store.ports import CityStore, Quarantined, ReadingStore, Row, Series


def find(cities: CityStore, city: str, item_id: int) -> Quarantined:
    """The item of that number. Raises BadInput where there is none."""
    item = cities.quarantined_item(city, item_id)
    if item is None:
        raise BadInput(
            f"nothing with the number {item_id} is in quarantine", remedy="`siaga quarantine list` shows them."
        )
    return item


def adopt(
    item: Quarantined,
    *,
    city: str,
    readings: ReadingStore,
    cities: CityStore,
    clock: Clock,
    retime: bool = False,
) -> int:
    """Judge an item again and store what it holds; returns how many readings that were.

    `retime` gives them the moment at which they were received, in their order 1 µs apart, and marks them untrusted;
    where another reading of the series has that moment already, they go 1 µs on, as at the edge.
    Raises BadInput with the reason where it is refused again; then nothing is stored and it stays in quarantine.
    """
    if item.adopted_us is not None:
        raise BadInput("it has been adopted before", where=f"quarantine {item.id}")
    now_us = clock.now_us()
    batch = _batch(item, city)
    registry = Registry(city, cities)
    registry.refresh()
    known = registry.node(batch.node, {reading.sensor for reading in batch.readings})
    if known is None:
        raise BadInput(
            f"the node {batch.node} is not in the registry",
            where=f"quarantine {item.id}",
            remedy=f"Adopt the node first: siaga node adopt {batch.node}.",
        )
    rows = [
        row_of(city, batch, reading, registry.region(known, reading.observed_us), now_us)
        for reading in _admitted(item, batch, known, now_us, retime=retime)
    ]
    refused = readings.write(_spread(rows, readings) if retime else rows)
    if refused:
        raise BadInput(f"the store refuses it: {refused[0].reason}", where=f"quarantine {item.id}")
    cities.mark_adopted([item.id], now_us)
    return len(rows)


def _batch(item: Quarantined, city: str) -> BatchNews:
    if not topics.valid_id(item.node):
        raise BadInput("it came from no node of ours", where=f"quarantine {item.id}")
    topic = item.topic if item.reason == "identity" else topics.readings(city, item.node)
    news = decode(Incoming(topic, item.payload, False, False, 0), city)
    if isinstance(news, BatchNews) and news.readings and not news.malformed:
        return news
    detail = news.malformed[0].detail if isinstance(news, BatchNews) and news.malformed else item.detail
    raise BadInput(
        f"it holds no reading that could be stored ({detail})",
        where=f"quarantine {item.id}",
        remedy="Mend the node's software; what it sends next will be accepted.",
    )


def _admitted(item: Quarantined, batch: BatchNews, known: Known, now_us: int, *, retime: bool) -> list[Reading]:
    admitted: list[Reading] = []
    for index, reading in enumerate(batch.readings):
        if retime:
            reading = reading.model_copy(  # noqa: PLW2901  the same reading at another time
                update={"observed_us": item.received_us + index, "trust": "untrusted"}
            )
        verdict = refusal(reading, known, now_us)
        if verdict is not None:
            remedy = "Give it the time at which it was received." if verdict.reason == "time_implausible" else ""
            raise BadInput(verdict.detail, where=f"quarantine {item.id}", remedy=remedy)
        admitted.append(reading)
    return admitted


def _spread(rows: Sequence[Row], readings: ReadingStore) -> list[Row]:
    """Each at a moment of its own: the neighbours of a refused batch were all received at the same one.

    The store is asked first, because one of its kinds cannot refuse a moment that is taken: it writes over it.
    """
    spread: dict[tuple[Series, int], Row] = {}
    for row in rows:
        while (row.series, row.observed_us) in spread or _is_taken(row, readings):
            row = row._replace(observed_us=row.observed_us + 1)  # noqa: PLW2901  the same row a moment later
        spread[row.series, row.observed_us] = row
    return list(spread.values())


def _is_taken(row: Row, readings: ReadingStore) -> bool:
    """Whether another reading of its series has its moment; itself, from an adoption that was cut short, is none."""
    there = readings.between(row.series, row.observed_us, row.observed_us + 1)
    return any((one.epoch, one.seq) != (row.epoch, row.seq) for one in there)
