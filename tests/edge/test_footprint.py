"""What an agent without a camera loads and weighs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from faults.parts.brokers import free_port

ROOT = Path(__file__).parents[2]
NODE_TOML = """
[node]
city = "kota"
node = "pos-1"
spool = "spool.db"
boot_delay_s = 0.0

[[brokers]]
host = "127.0.0.1"
port = {port}

[[sensors]]
type = "node"
sensor = "self"
period_s = 0.2

[[sensors]]
type = "hotspot"
sensor = "wifi"
period_s = 1.0

[[sensors]]
type = "flood"
sensor = "level"
period_s = 0.2
options = {{ source = {{ type = "replay", file = "{river}", length_column = "level_cm", loop = true }} }}
"""
PROGRAM = """
import sys, threading
from pathlib import Path
import edge.run
stop = threading.Event()
threading.Timer(3.0, stop.set).start()
edge.run.run(Path(sys.argv[1]), stop)
print(",".join(sorted(sys.modules)))
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_agent_without_a_camera_is_small_and_loads_no_server(tmp_path: Path) -> None:
    """Under 60 MiB, and neither FastAPI, SQLAlchemy, influxdb_client, OpenCV nor NumPy are loaded."""
    config = tmp_path / "node.toml"
    river = tmp_path / "river.csv"
    config.write_text(NODE_TOML.format(port=free_port(), river=river))
    rows = "\n".join(f"2026-01-01T00:{n:02d}:00Z,{40 + n}" for n in range(60))
    river.write_text("time,level_cm\n" + rows + "\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    *_, modules, rss_kib = done.stdout.strip().splitlines()
    loaded = {name.split(".")[0] for name in modules.split(",")}
    assert not loaded & {"fastapi", "sqlalchemy", "influxdb_client", "starlette", "cv2", "numpy"}
    peak_mib = int(rss_kib) / 1024
    assert peak_mib < 60, peak_mib
