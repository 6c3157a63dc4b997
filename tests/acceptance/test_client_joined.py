"""Our own client against our own server, over the wire: what one sends, the other takes."""

import gzip
import subprocess
import sys
import textwrap
from typing import Any

from tests.acceptance.serving import Server, until

APP = """
    import pellucid

    pellucid.init(url={url!r}, service="shop")

    @pellucid.observe(kind="agent")
    def answer(question: str) -> str:
        with pellucid.context(user_id="ann", session_id="s1", feature="chat", user_tier="pro", tags=["x"], metadata={{"plan": "gold"}}):
            with pellucid.span("look up", kind="tool") as found:
                pass
        pellucid.score("quality", 0.5, comment="meh " * 600)
        pellucid.score("grounded", True)
        pellucid.score("tone", "friendly")
        return "42"

    with pellucid.context(user_id="ann", session_id="s1", feature="chat", user_tier="pro"):
        with pellucid.span("turn", kind="agent") as turn:
            answer("what is it?")
            trace_id = pellucid.current_trace_id()
    pellucid.feedback(True, trace_id=trace_id, comment="thanks", correction="It is 43.", user_id="ann")
    pellucid.flush()
    print(trace_id)
"""


def test_spans_scores_and_feedback_of_the_client_arrive(server: Server) -> None:
    program = textwrap.dedent(APP.format(url=server.url))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    trace_id = ran.stdout.split()[-1]

    def whole() -> dict[str, Any] | None:
        answer = server.get(f"/api/v1/traces/{trace_id}")
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return found if len(found.get("spans", ())) == 3 and len(found.get("scores", ())) == 5 else None

    trace = until(whole, 15, "the trace with its spans and scores")
    assert (trace["trace"]["user_id"], trace["trace"]["session_id"], trace["trace"]["feature"]) == ("ann", "s1", "chat")
    assert {span["kind"] for span in trace["spans"]} == {"agent", "tool"}
    scores = {score["name"]: score for score in trace["scores"]}
    assert (scores["quality"]["value"], scores["grounded"]["type"], scores["tone"]["string_value"]) == (0.5, "boolean", "friendly")
    assert (scores["user-feedback"]["value"], scores["user-feedback"]["source"]) == (1.0, "feedback")
    assert scores["user-feedback"]["comment"] == "thanks"
    assert scores["correction"]["string_value"] == "It is 43."


def test_feedback_that_says_nothing_or_belongs_nowhere_is_refused(server: Server) -> None:
    for body, says in (
        (b'{"rating": true}', "trace_id"),
        (b'{"trace_id": "' + b"a" * 32 + b'"}', "rating"),
        (b'{"trace_id": "' + b"a" * 32 + b'", "rating": 5}', "between 0 and 1"),
    ):
        answer = server.post("/api/v1/feedback", body, content_type="application/json")
        assert answer.status_code == 400
        assert says in answer.json()["detail"]


def test_a_compressed_body_is_bounded_by_what_it_unfolds_into(server: Server) -> None:
    bomb = gzip.compress(b'{"trace_id": "' + b"a" * 30_000_000 + b'"}')
    answer = server.post("/api/v1/feedback", bomb, content_type="application/json", **{"content-encoding": "gzip"})
    assert answer.status_code == 413
    fine = gzip.compress(b'{"trace_id": "' + b"a" * 32 + b'", "rating": 1}')
    assert server.post("/api/v1/feedback", fine, content_type="application/json", **{"content-encoding": "gzip"}).status_code == 201
    odd = server.post("/api/v1/feedback", b"{}", content_type="application/json", **{"content-encoding": "br"})
    assert odd.status_code == 415


RELEASE = """
    import pellucid

    pellucid.init(url={url!r})
    pellucid.create_dataset("sums", description="adding up")
    pellucid.add_dataset_items("sums", [{{"id": str(n), "input": n, "expected": n + 1}} for n in range(120)])

    def correct(output, expected, **_):
        return float(output == expected)

    cases = pellucid.dataset("sums")
    cases.run(lambda n: n + 1, name="live", evaluators=[correct])
    cases.run(lambda n: n + 1 if n % 3 else 0, name="worse", evaluators=[correct])
    cases.run(lambda n: n + 1, name="same", evaluators=[correct])
    pellucid.create_prompt("greeting", "Hello {{{{name}}}}!", labels=["production"])
    print(pellucid.prompt("greeting").compile(name="Ann"))
    pellucid.flush()
"""


def test_a_worse_release_is_stopped_in_ci_and_prompts_are_served(server: Server) -> None:
    program = textwrap.dedent(RELEASE.format(url=server.url))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "Hello Ann!" in ran.stdout

    def gate(experiment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from pellucid.cli import main; raise SystemExit(main())", "gate", experiment]
        return subprocess.run(
            [*command, "--baseline", "live", "--url", server.url], capture_output=True, text=True, timeout=60, check=False
        )

    worse, same = gate("worse"), gate("same")
    assert worse.returncode == 1, worse.stdout + worse.stderr
    assert "correct" in worse.stdout
    assert same.returncode == 0, same.stdout + same.stderr
