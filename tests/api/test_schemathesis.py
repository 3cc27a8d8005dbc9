"""The whole API by its own document, and every page with hostile parameters, as each role: the fault `api`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from support.bench import short
from support.seed import Town


@pytest.mark.timeout(400)
@pytest.mark.slow
@pytest.mark.trial
def test_no_question_breaks_the_server(tmp_path: Path) -> None:
    """No server error, no answer that the document does not name, nothing that comes back as markup."""
    result = short("api", tmp_path, seed=1)
    assert result.failures == []
    assert result.figures["server errors"] == 0
    assert result.figures["requests"] >= 200


def test_the_document_names_what_really_comes(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Every operation says how it refuses; the 422 that nobody gives is not in it; Open311 says both its formats."""
    document = serve(made).get("/openapi.json").json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert {"400", "403", "404", "413", "503"} <= operation["responses"].keys(), path
            assert "422" not in operation["responses"], path
    asked = document["paths"]["/open311/v2/requests.{fmt}"]
    assert set(asked["post"]["responses"]["201"]["content"]) == {"application/json", "text/xml"}
    assert {one["name"] for one in asked["get"]["parameters"]} >= {"service_code", "start_date", "status"}
