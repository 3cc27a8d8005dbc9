"""The two conversations with InfluxDB: lines up (influxdb-client, synchronous), InfluxQL down (plain HTTP).

Answers follow InfluxData's "Write API response codes": 204 all kept, 400 nothing or a part kept, 422 a part kept,
413 too large, 401/403/404 an operator's matter, 429/503 later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

import httpx
import structlog
import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS, WriteApi
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException

from contract.errors import Unavailable

log = structlog.get_logger(__name__)

BATCH_LINES = 5_000
CHUNK_ROWS = 10_000
_NANOSECONDS = cast(WritePrecision, WritePrecision.NS)  # the client declares a class and means a word


class Poison(NamedTuple):
    """A line that InfluxDB will never take: its place among those sent, and the reason in InfluxDB's words."""

    at: int
    reason: str


class InfluxHttp:
    """One bucket of one InfluxDB. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        org: str,
        bucket: str,
        token: str,
        *,
        timeout_s: float = 30.0,
        answered: Callable[[], object] = bool,
    ) -> None:
        self._url, self._bucket = url, bucket
        self._answered = answered
        # The other modes of its write API lose points without a word when InfluxDB is away.
        self._client = InfluxDBClient(
            url=url, token=token, org=org, enable_gzip=True, timeout=round(timeout_s * 1000), retries=False
        )
        self._write_api: WriteApi = self._client.write_api(write_options=SYNCHRONOUS)
        headers = {"Authorization": f"Token {token}"} if token else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout_s, trust_env=False)
        self._failing = False

    # ------------------------------------------------------------ up

    def write(self, lines: Sequence[bytes]) -> list[Poison]:
        """Keep all lines but the poisonous ones, which are returned. Raises Unavailable: write them all again.

        A poisonous line is found by the number that InfluxDB names, else by bisection, in at most 2·log2(n) further
        requests. What a refused request kept is written again, which changes nothing.
        """
        poison: list[Poison] = []
        for start in range(0, len(lines), BATCH_LINES):
            poison += self._write(lines[start : start + BATCH_LINES], start)
        self._healed()
        return poison

    def _write(self, lines: Sequence[bytes], offset: int) -> list[Poison]:
        if not lines:
            return []
        try:
            self._write_api.write(bucket=self._bucket, record=b"\n".join(lines), write_precision=_NANOSECONDS)
        except ApiException as error:
            self._answered()
            if error.status not in {400, 413, 422}:
                raise self._said(error.status or 0, _header(error), _message(str(error.body or ""))) from error
            return self._isolate(lines, offset, error)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._said(0, None, str(error)) from error
        self._answered()
        return []

    def _isolate(self, lines: Sequence[bytes], offset: int, error: ApiException) -> list[Poison]:
        body = str(error.body or "")
        if len(lines) == 1:
            return [Poison(offset, _message(body))]
        named = _line_number(body)
        if error.status != 413 and named is not None and 1 <= named <= len(lines):
            # Nothing before the named line was wrong, or it would have been named.
            found = [Poison(offset + named - 1, _message(body))]
            return [
                *self._write(lines[: named - 1], offset),
                *found,
                *self._write(lines[named:], offset + named),
            ]
        middle = len(lines) // 2
        return [*self._write(lines[:middle], offset), *self._write(lines[middle:], offset + middle)]

    # ------------------------------------------------------------ down

    def query(self, influxql: str) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
        """(tags of the group, columns) for every row of the answer; `time` is in microseconds.

        Rows come in chunks, so that a long answer needs little memory. Raises Unavailable.
        """
        params: dict[str, str | int] = {
            "db": self._bucket,
            "q": influxql,
            "epoch": "u",
            "chunked": "true",
            "chunk_size": CHUNK_ROWS,
        }
        try:
            with self._http.stream("GET", "/query", params=params) as answer:
                self._answered()
                if answer.status_code != 200:
                    text = _message(answer.read().decode(errors="replace"))
                    raise self._said(answer.status_code, answer.headers.get("Retry-After"), text)
                for part in answer.iter_lines():
                    yield from self._rows(part)
        except (httpx.HTTPError, ValueError) as error:
            raise self._said(0, None, str(error) or type(error).__name__) from error
        self._healed()

    def _rows(self, part: str) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
        if not part.strip():
            return
        answer = json.loads(part)
        if not isinstance(answer, dict):
            raise ValueError(f"an answer that is none: {part[:100]}")
        for result in answer.get("results", ()):
            if reason := result.get("error"):
                raise self._said(404 if "not found" in reason else 400, None, reason)
            for series in result.get("series", ()):
                tags = series.get("tags", {})
                for values in series["values"]:
                    yield tags, dict(zip(series["columns"], values, strict=True))

    def close(self) -> None:
        """Ends all connections."""
        cast(Any, self._write_api).close()
        cast(Any, self._client).close()
        self._http.close()

    # ------------------------------------------------------------ words

    def _said(self, status: int, retry_after: str | None, reason: str) -> Unavailable:
        text = _sentence(status, reason, self._url, self._bucket)
        if not self._failing:
            self._failing = True
            log.error("store.readings_unavailable", url=self._url, bucket=self._bucket, status=status, error=reason)
        return Unavailable(text, retry_after_s=_seconds(retry_after), mend=_to_mend(status))

    def _healed(self) -> None:
        if self._failing:
            self._failing = False
            log.info("store.readings_available", url=self._url, bucket=self._bucket)


def _to_mend(status: int) -> str:
    if status in {401, 403}:
        return "SIAGA_READINGS_TOKEN_FILE"
    return "SIAGA_READINGS_URL" if status == 404 else ""


def _sentence(status: int, reason: str, url: str, bucket: str) -> str:
    if status in {401, 403}:
        return f"InfluxDB at {url} does not accept the token for bucket {bucket}: mend {_to_mend(status)}"
    if status == 404:
        return f"InfluxDB at {url} has no bucket {bucket}: create it, or name another in {_to_mend(status)}"
    if status in {429, 503}:
        return f"InfluxDB at {url} asks to come back later ({status})"
    if status:
        return f"InfluxDB at {url} answers {status} ({reason})"
    return f"InfluxDB at {url} does not answer ({reason})"


def _header(error: ApiException) -> str | None:
    return error.headers.get("Retry-After") if error.headers else None


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds; its other form, a date, is left to the caller's own back-off."""
    return float(retry_after) if retry_after is not None and retry_after.strip().isdigit() else None


def _message(body: str) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return body.strip()[:500]
    if not isinstance(answer, dict):
        return body.strip()[:500]
    return str(answer.get("message") or answer.get("error") or body)[:500]


def _line_number(body: str) -> int | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    number = answer.get("line") if isinstance(answer, dict) else None
    return number if isinstance(number, int) else None
