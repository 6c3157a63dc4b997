"""A simulator over HTTP, and the providers' own SDKs pointed at it."""

from collections.abc import Callable, Iterator

import pytest
from anthropic import Anthropic
from openai import OpenAI

from pellucid_demo.simulator import Settings, serve_in_thread

StartSimulator = Callable[[Settings], str]


@pytest.fixture
def start_simulator() -> Iterator[StartSimulator]:
    """Starts a simulator with given settings, answers its URL and stops it in the end."""
    stops: list[Callable[[], None]] = []

    def start(settings: Settings) -> str:
        url, stop = serve_in_thread(settings=settings)
        stops.append(stop)
        return url

    yield start
    for stop in stops:
        stop()


@pytest.fixture(scope="module")
def simulator_url() -> Iterator[str]:
    url, stop = serve_in_thread(seed=7)
    yield url
    stop()


@pytest.fixture
def openai_client(simulator_url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{simulator_url}/v1", api_key="sk-test", max_retries=0) as client:
        yield client


@pytest.fixture
def anthropic_client(simulator_url: str) -> Iterator[Anthropic]:
    with Anthropic(base_url=simulator_url, api_key="sk-test", max_retries=0) as client:
        yield client
