"""A city and its web server, for tests of what programs and people read."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from support.seed import Town, scene, town
from support.web_server import serving


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Each scene is played once a session, into a folder that tests copy; all begin with the same empty city."""
    folders: dict[str, Path] = {}

    def folder_of(name: str) -> Path:
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            if name != "nothing":
                shutil.copytree(folder_of("nothing"), folders[name], dirs_exist_ok=True)
            city = town(folders[name], register=name == "nothing")
            scene(city, name)
            city.close()
        return folders[name]

    return folder_of


@pytest.fixture
def city_in(tmp_path: Path, played: Callable[[str], Path]) -> Iterator[Callable[[str], Town]]:
    """A city of one's own, in a scene."""
    with ExitStack() as stack:

        def opened(name: str) -> Town:
            folder = tmp_path / name
            shutil.copytree(played(name), folder)
            city = town(folder, register=False)
            stack.callback(city.close)
            return city

        yield opened


@pytest.fixture
def made(city_in: Callable[[str], Town]) -> Town:
    """A city of one's own where nothing has happened yet."""
    return city_in("nothing")


@pytest.fixture
def serve() -> Iterator[Callable[..., httpx.Client]]:
    """A client of a real web server of the city."""
    no_tls = ssl.SSLContext(
        ssl.PROTOCOL_TLS_CLIENT
    )  # plain HTTP: reading the authorities for each client takes longest
    with ExitStack() as stack:

        def client_of(city: Town, **more: object) -> httpx.Client:
            address = stack.enter_context(serving(city, **more))
            return stack.enter_context(httpx.Client(base_url=address, timeout=20, trust_env=False, verify=no_tls))

        yield client_of
