"""The demo's way to a Pellucid server: spans by OTLP, scores and deploys by the REST API, as any customer would.

A server that does not know an endpoint yet (404, 405) is told of in one log line and left in peace.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SpanExporter

from pellucid_demo.errors import DeliveryError

_SCORES_A_REQUEST = 200
_TIMEOUT_S = 30.0
_ATTEMPTS = 6
# A page of the server's lists; the demo's people label fewer.
_LABELS = 500
_UNKNOWN = (404, 405)
_BUSY = (429, 503)

log = logging.getLogger(__name__)


class Delivery:
    """One server and one key."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx2.Client(base_url=self.url, headers=self.headers, timeout=_TIMEOUT_S, trust_env=False)
        self._unknown: set[str] = set()

    def exporter(self) -> SpanExporter:
        return OTLPSpanExporter(endpoint=f"{self.url}/v1/traces", headers=self.headers, timeout=int(_TIMEOUT_S))

    def post_scores(self, scores: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(scores), _SCORES_A_REQUEST):
            self._post("/api/v1/scores", list(scores[start : start + _SCORES_A_REQUEST]))

    def post_prompt(self, name: str, text: str, label: str) -> None:
        """Save a prompt of the bot in the registry, as its team would; the same text again changes nothing."""
        self._post("/api/v1/prompts", {"name": name, "prompt": text, "labels": [label], "message": "As the bot has it"})

    def post_event(self, event: dict[str, Any]) -> None:
        self._post("/api/v1/events", event)

    def put_progress(self, title: str, done: int, total: int) -> None:
        """Show on the server's pages how far the history is; nothing depends on it."""
        try:
            self._client.put("/api/v1/progress/demo-history", json={"title": title, "done": done, "total": total})
        except httpx2.TransportError as error:
            log.debug("progress was not shown: %s", error)

    def connect_models(self, connections: Sequence[dict[str, Any]]) -> None:
        """Have model connections by these names: made, or changed where an earlier run left them."""
        listed = self._client.get("/api/v1/model-connections")
        if listed.status_code in _UNKNOWN:
            log.info("the server has no model connections yet")
            return
        known = {one["name"]: one["id"] for one in listed.raise_for_status().json()["data"]}
        for connection in connections:
            made = known.get(connection["name"])
            path = "/api/v1/model-connections"
            answer = (
                self._client.post(path, json=connection) if made is None else self._client.put(f"{path}/{made}", json=connection)
            )
            answer.raise_for_status()

    def make_evaluators(self, wanted: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Have these evaluators, each from an entry of the server's gallery; those of an earlier run stay as they are.

        Answers the ids of those that were made now, by name.
        """
        listed = self._client.get("/api/v1/evaluators")
        if listed.status_code in _UNKNOWN:
            log.info("the server has no evaluators yet")
            return {}
        known = {one["name"] for one in listed.raise_for_status().json()["data"]}
        gallery = {entry["key"]: entry for entry in self._client.get("/api/v1/evaluator-gallery").raise_for_status().json()["data"]}
        return {one["name"]: self._make_evaluator(one, gallery) for one in wanted if one["name"] not in known}

    def _make_evaluator(self, evaluator: Mapping[str, Any], gallery: Mapping[str, Any]) -> str:
        definition = gallery[evaluator["key"]]["definition"]
        body = {**definition["body"], **evaluator.get("body", {})}
        sent = {name: value for name, value in evaluator.items() if name not in ("key", "body")}
        answer = self._client.post("/api/v1/evaluators", json={**sent, "definition": {**definition, "body": body}})
        made: str = answer.raise_for_status().json()["id"]
        return made

    def labelled_places(self, name: str) -> list[dict[str, str]]:
        """Which spans people have labelled under a name."""
        params: dict[str, str | int] = {"filter": f"name:{name} source:human", "from": "-90d", "limit": _LABELS}
        found = self._client.get("/api/v1/scores", params=params).raise_for_status().json()["data"]
        places = {(score["trace_id"], score["span_id"]) for score in found}
        return [{"target": "span", "trace_id": trace_id, "span_id": span_id} for trace_id, span_id in sorted(places)]

    def backfill(self, evaluator_id: str, since: str, body: Mapping[str, Any]) -> None:
        """Have an evaluator look at history, in the background; where there is nothing to look at, nothing happens."""
        answer = self._client.post(f"/api/v1/evaluators/{evaluator_id}/backfill", params={"from": since}, json=dict(body))
        if answer.status_code != httpx2.codes.BAD_REQUEST or answer.json().get("code") != "nothing_to_evaluate":
            answer.raise_for_status()

    def make_probe_set(self, wanted: Mapping[str, Any]) -> None:
        """Have this probe set; that of an earlier run stays as it is, with its reference."""
        listed = self._client.get("/api/v1/probe-sets")
        if listed.status_code in _UNKNOWN:
            log.info("the server has no probe sets yet")
        elif all(one["name"] != wanted["name"] for one in listed.raise_for_status().json()["data"]):
            self._client.post("/api/v1/probe-sets", json=dict(wanted)).raise_for_status()

    def is_ready(self) -> bool:
        try:
            return self._client.get("/api/v1/ready").status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    def close(self) -> None:
        self._client.close()

    def _post(self, path: str, body: object) -> None:
        if path in self._unknown:
            return
        for attempt in range(_ATTEMPTS):
            answer = self._client.post(path, json=body)
            if answer.status_code not in _BUSY:
                break
            time.sleep(float(answer.headers.get("retry-after", 2**attempt)))
        if answer.status_code in _UNKNOWN:
            self._unknown.add(path)
            log.warning("%s has no %s yet: what would go there is left out.", self.url, path)
        elif answer.is_error:
            raise DeliveryError(f"POST {path} answered {answer.status_code}: {answer.text[:300]}")
