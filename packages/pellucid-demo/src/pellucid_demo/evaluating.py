"""The evaluators of the demo's team: one judge of another family than the bot's model, within a budget, and two rules that cost nothing.

The judge is held against the labels of the team (`story.voices`), and evaluates a part of the last week, in which one group of customers
is worse off.
"""

from collections.abc import Mapping
from typing import Any, Final

from pellucid_demo.delivery import Delivery
from pellucid_demo.story.voices import LABEL

_ANSWERS: Final = "kind:agent environment:production"
"""What people were told: the agent's own span holds their question and the answer alone, without the prompt around them."""
JUDGE: Final = "Helpfulness"
_WEEK: Final = {"share": 0.6, "limit": 500, "max_cost": 2.0}

EVALUATORS: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "key": "helpfulness",
        "name": JUDGE,
        "description": "Does the answer let the customer get on?",
        "body": {"connection": "simulated-anthropic", "model": "claude-haiku-4-5"},
        "filter": f"{_ANSWERS} feature:support-chat",
        "sampling": {
            "default": 0.25,
            "strata": [
                {"name": "errors", "filter": "outcome:error", "probability": 1.0},
                {"name": "low_rated", "filter": "score.thumbs<0.5", "probability": 1.0},
            ],
        },
        "daily_budget": 5.0,
        "enabled": True,
    },
    {
        "key": "pii",
        "name": "No personal data",
        "description": "No personal data and no secrets in answers.",
        "filter": _ANSWERS,
        "sampling": {"default": 1.0, "strata": []},
        "enabled": True,
    },
    {
        "key": "refusal",
        "name": "Answered",
        "description": "The answer does not open with a refusal.",
        "filter": _ANSWERS,
        "sampling": {"default": 1.0, "strata": []},
        "enabled": True,
    },
)
"""As the API takes them; `key` names the entry of the gallery and `body` what is changed in it."""


def evaluate_history(delivery: Delivery) -> None:
    """Have the evaluators; a judge that was made just now begins with history."""
    judge = delivery.make_evaluators(EVALUATORS).get(JUDGE)
    if judge is not None:
        judge_history(delivery, judge)


def judge_history(delivery: Delivery, judge: str) -> None:
    """Have the judge look at what colleagues have labelled, and at a part of the last week."""
    delivery.backfill(judge, "-90d", {"places": delivery.labelled_places(LABEL)})
    delivery.backfill(judge, "-7d", _WEEK)
