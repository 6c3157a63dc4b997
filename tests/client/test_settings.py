"""Settings: precedence, errors that name the thing, and activation by the environment."""

from typing import Any

import pytest

import pellucid
from pellucid import settings
from pellucid.errors import SettingsError


def test_arguments_outrank_the_environment_which_outranks_defaults() -> None:
    environ = {"PELLUCID_URL": "https://a.example/", "PELLUCID_SAMPLE_RATE": "0.5", "PELLUCID_MASK": "email, phone"}
    told = settings.read({"sample_rate": 0.25, "url": None}, environ)
    assert (told.url, told.sample_rate, told.mask, told.capture) == ("https://a.example", 0.25, ("email", "phone"), "full")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PELLUCID_URL", "localhost:7600", "give a URL that starts with http"),
        ("PELLUCID_SAMPLE_RATE", "2", "give a number from 0 to 1"),
        ("PELLUCID_SAMPLE_RATE", "often", "could not convert"),
        ("PELLUCID_ENABLED", "perhaps", "give true or false"),
        ("PELLUCID_CAPTURE", "some", "give full, metadata or none"),
        ("PELLUCID_COMPRESSION", "zip", "give gzip or none"),
        ("PELLUCID_MAX_QUEUE_BYTES", "-1", "give a number of bytes"),
        ("PELLUCID_TIMEOUT_S", "-1", "give a number of seconds"),
    ],
)
def test_an_impossible_value_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}='{value}' is not possible: {message}"):
        settings.read({}, {name: value})


def test_an_impossible_argument_is_an_error_of_init(start: Any) -> None:
    with pytest.raises(SettingsError, match=r"init\(sample_rate=…\)"):
        start(sample_rate=3)
    with pytest.raises(SettingsError, match="no mask passport"):
        start(mask=["passport"])


def test_empty_variables_count_as_not_given() -> None:
    told = settings.read({}, {"PELLUCID_URL": "", "PELLUCID_SAMPLE_RATE": "", "PELLUCID_API_KEY": ""})
    assert (told.url, told.sample_rate, told.api_key) == ("http://127.0.0.1:7600", 1.0, "")
    assert not settings.is_activated({"PELLUCID_URL": ""})
    assert settings.is_activated({"PELLUCID_API_KEY": "sk"})


def test_switched_off_means_off(start: Any) -> None:
    assert start(enabled=False) is None
    with pellucid.span("x") as step:
        step.update(output=1)
    assert step.trace_id == "0" * 32
    assert pellucid.stats() is None
    assert pellucid.flush() is True


def test_the_key_and_the_clients_name_travel(server: Any, start: Any) -> None:
    start(api_key="sk-1")
    with pellucid.span("x"):
        pass
    pellucid.flush()
    headers = server.requests("/v1/traces")[0].headers
    assert headers["authorization"] == "Bearer sk-1"
    assert headers["user-agent"] == f"pellucid-python/{pellucid.__version__}"
    assert headers["content-type"] == "application/x-protobuf"
