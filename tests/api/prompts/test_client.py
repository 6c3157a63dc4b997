"""The Python client against the real routes: what it makes, fetches and compiles, and how soon it sees a moved label."""

import time
from collections import Counter

import pytest
from tests.api.prompts.conftest import Server

import pellucid
from pellucid.errors import NotFoundError
from pellucid.prompt_store import create_prompt, label_prompt
from pellucid.prompts import content_hash
from pellucid_server.prompts.rollouts import Arm, Rollout

pytestmark = pytest.mark.usefixtures("client")


def eventually(found: object, wanted: object, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while found() != wanted:  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_made_fetched_and_compiled() -> None:
    made = create_prompt("client/answer", "Answer {{question}}.", config={"model": "m"}, labels=["production"], message="first")
    fetched = pellucid.prompt("client/answer")
    assert (fetched.version, fetched.hash, fetched.config) == (1, made.hash, {"model": "m"})
    assert fetched.hash == content_hash({"type": "text", "prompt": "Answer {{question}}.", "config": {"model": "m"}})
    assert fetched.compile(question="{{why}}") == "Answer {{why}}."
    assert not fetched.is_fallback


def test_a_chat_prompt_with_an_include() -> None:
    create_prompt("client/tone", "Be kind.", labels=["production"])
    create_prompt(
        "client/chat",
        [{"role": "system", "content": "{{>client/tone}} Serve {{tier}}."}, {"type": "placeholder", "name": "history"}],
        labels=["production"],
    )
    compiled = pellucid.prompt("client/chat").compile(tier="pro", history=[{"role": "user", "content": "hi"}])
    assert list(compiled) == [{"role": "system", "content": "Be kind. Serve pro."}, {"role": "user", "content": "hi"}]


def test_a_moved_label_and_a_rollback_reach_cached_clients(server: Server) -> None:
    create_prompt("client/moved", "one", labels=["production"])
    create_prompt("client/moved", "two")
    assert pellucid.prompt("client/moved").version == 1
    label_prompt("client/moved", "production", 2)
    eventually(lambda: pellucid.prompt("client/moved").version, 2)
    assert server.ask("POST", "/prompt-rollbacks/client/moved", {})[0] == 200
    eventually(lambda: pellucid.prompt("client/moved").version, 1)


def test_the_client_draws_as_the_server_says(server: Server) -> None:
    create_prompt("client/split", "one", labels=["production"])
    create_prompt("client/split", "two")
    split = [{"version": 1, "probability": 0.8}, {"version": 2, "probability": 0.2}]
    moved = server.ask("PUT", "/prompt-labels/production/client/split", {"split": split})[1]
    rollout = Rollout(arms=(Arm(version=1, probability=0.8), Arm(version=2, probability=0.2)), id=moved["rollout_id"])
    drawn = {f"user-{n}": pellucid.prompt("client/split", user_id=f"user-{n}") for n in range(500)}
    assert {user: prompt.version for user, prompt in drawn.items()} == {user: rollout.assigned(user).version for user in drawn}
    assert 50 < Counter(prompt.version for prompt in drawn.values())[2] < 150
    arm = next(prompt for prompt in drawn.values() if prompt.version == 2)
    assert (arm.rollout_arm, arm.rollout_probability) == ("v2", 0.2)


def test_the_server_draws_as_the_client_does(server: Server) -> None:
    for text in ("one", "two"):
        server.put("drawn", text)
    split = [{"version": 1, "probability": 0.7}, {"version": 2, "probability": 0.3}]
    assert server.ask("PUT", "/prompt-labels/production/drawn", {"split": split})[0] == 200
    seen = set()
    for number in range(40):
        status, answer = server.ask("GET", f"/prompts/drawn?key=user-{number}")
        assert status == 200
        ours = pellucid.prompt("drawn", user_id=f"user-{number}")
        assert answer["version"] == ours.version
        assert answer["assignment"]["arm"] == ours.rollout_arm
        assert answer["assignment"]["probability"] == ours.rollout_probability
        assert answer["rollout"] is None
        seen.add(answer["version"])
    assert seen == {1, 2}
    assert "assignment" not in server.ask("GET", "/prompts/drawn?version=1&key=ann")[1]


def test_a_prompt_that_is_not_there() -> None:
    with pytest.raises(NotFoundError):
        pellucid.prompt("client/nowhere")
    assert pellucid.prompt("client/nowhere", fallback="Hi {{x}}").compile(x="you") == "Hi you"
