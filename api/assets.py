"""Style, script, icons and the pinned Leaflet: all served from here, nothing from elsewhere."""

from __future__ import annotations

from hashlib import blake2b
from importlib.metadata import distribution
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
DAY_S = 86_400
YEAR_S = 365 * DAY_S


def leaflet() -> Path:
    """Where the installed XStatic-Leaflet keeps its files."""
    return Path(str(distribution("XStatic-Leaflet").locate_file("xstatic/pkg/leaflet/data")))


def version() -> str:
    """Changes whenever a file of ours does, so that a browser may keep each for a year."""
    seen = blake2b(digest_size=5)
    for path in sorted(STATIC.iterdir()):
        seen.update(path.read_bytes())
    return seen.hexdigest()


class KeptFiles(StaticFiles):
    """Static files that a browser may keep: their address carries their version."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
        return response


def install(app: FastAPI) -> None:
    """Mount them; /static/{version}/… is the same file as /static/…"""
    app.mount("/static/leaflet", KeptFiles(directory=leaflet()), name="leaflet")
    app.mount("/static", _Versioned(directory=STATIC), name="static")

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> Response:
        return FileResponse(
            STATIC / "favicon.svg", media_type="image/svg+xml", headers={"Cache-Control": f"public, max-age={DAY_S}"}
        )


class _Versioned(KeptFiles):
    """Takes the version out of the path."""

    def get_path(self, scope: Scope) -> str:
        path = super().get_path(scope)
        head, _, rest = path.partition("/")
        return rest if rest and len(head) == 10 else path
