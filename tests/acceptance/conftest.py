"""Servers for the acceptance tests. The log of each is shown with a failed test."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from tests.acceptance.serving import Server

MakeServer = Callable[..., Server]
_LOG_TAIL_CHARS = 4_000


def _maker(folder: Path, made: list[Server]) -> MakeServer:
    def make(name: str = "data", *, data: Path | None = None, arguments: tuple[str, ...] = (), **environment: str) -> Server:
        server = Server(
            data=data or folder / name,
            log=folder / f"{name}-{len(made)}.log",
            environment=environment,
            arguments=arguments or ("--no-otlp-ports",),
        )
        made.append(server)
        return server

    return make


def _end(made: list[Server]) -> None:
    for server in made:
        if server.process is not None:
            server.kill()


@pytest.fixture
def make_server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[MakeServer]:
    """Makes servers that are not started yet; environment variables as keywords."""
    made: list[Server] = []
    request.node.stash[_SERVERS] = made
    yield _maker(tmp_path, made)
    _end(made)


@pytest.fixture(scope="module")
def make_module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeServer]:
    """The same for servers that a whole module shares."""
    made: list[Server] = []
    yield _maker(tmp_path_factory.mktemp("acceptance"), made)
    _end(made)


@pytest.fixture
def server(make_server: MakeServer) -> Server:
    """A running server with the settings of a fresh installation."""
    return make_server().start()


_SERVERS = pytest.StashKey[list[Server]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers said where a test failed."""
    report = yield
    if report.failed:
        for server in item.stash.get(_SERVERS, []):
            report.sections.append((f"log of {server.data.name}", server.log_text()[-_LOG_TAIL_CHARS:]))
    return report
