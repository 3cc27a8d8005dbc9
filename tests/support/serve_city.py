"""`python serve_city.py FOLDER PORT`: the pages of a city that is there already, in a process of their own."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from support.seed import town

from api.app import create_app
from contract.clock import SystemClock


def main() -> None:
    """Serve until it is ended."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    made = town(folder, SystemClock(), register=False)
    app = create_app(
        profile=made.profile,
        readings=made.readings,
        cities=made.cities,
        people=made.cities,
        clock=made.clock,
        base_url=f"http://127.0.0.1:{port}",
    )
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
