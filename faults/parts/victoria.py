"""A real VictoriaMetrics: another server that takes the writes of influxdb-client, and takes them its own way.

It answers 204 to what it cannot read, keeps texts as 0, and holds the last seconds in memory: its 204 means "heard",
not "durable". Only after a clean stop, or some ten seconds, is everything on disk. Its own questions are PromQL;
`exported` gives every raw value, which is what a ledger needs.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from faults.parts.brokers import HOST, free_port, wait_until
from faults.parts.missing import NotInstalled
from faults.parts.must import must

_START_S = 20.0
_STOP_S = 20.0


@dataclass
class Victoria:
    """One server and its folder; it can be stopped cleanly, killed, and started again on what it kept."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As `store.open_readings` takes it. The bucket is ignored."""
        return f"influxdb://{HOST}:{self.port}/readings"

    def start(self) -> None:
        """Raises NotInstalled where there is none."""
        program = shutil.which("victoria-metrics")
        if program is None:
            raise NotInstalled("VictoriaMetrics is missing", "victoria-metrics")
        command = [program, f"-httpListenAddr={HOST}:{self.port}", f"-storageDataPath={self.folder}/data",
                   "-retentionPeriod=10y", "-search.latencyOffset=0s", "-loggerLevel=ERROR"]  # fmt: skip
        log = self.folder / "victoria.log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, cwd=self.folder)
        must(wait_until(self._answers, _START_S), f"VictoriaMetrics did not start: {log.read_text()[-2000:]}")

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: it brings everything to disk first. SIGKILL: as a power cut."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def exported(self, metric: str) -> list[float]:
        """Every raw value of a metric, in no order."""
        found = httpx.get(
            f"http://{HOST}:{self.port}/api/v1/export", params={"match[]": metric}, timeout=30, trust_env=False
        )
        found.raise_for_status()
        return [value for line in found.text.splitlines() if line for value in json.loads(line)["values"]]

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://{HOST}:{self.port}/health", timeout=5, trust_env=False).status_code == 200
        return False


@contextlib.contextmanager
def victoria() -> Iterator[Victoria]:
    """One with nothing in it, running; killed at the end. Raises NotInstalled."""
    folder = Path(tempfile.mkdtemp(prefix="siaga-victoria-"))
    server = Victoria(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
