"""The evaluators of the demo's team: one judge of another family than the bot's model, within a budget, and two rules that cost nothing."""

from collections.abc import Mapping
from typing import Any, Final

_ANSWERS: Final = "kind:agent environment:production"
"""What people were told: the agent's own span holds their question and the answer alone, without the prompt around them."""

EVALUATORS: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "key": "helpfulness",
        "name": "Helpfulness",
        "description": "Does the answer let the customer get on?",
        "body": {"connection": "simulated-anthropic", "model": "claude-haiku-4-5"},
        "filter": _ANSWERS,
        "sampling": {
            "default": 0.5,
            "strata": [
                {"name": "errors", "filter": "outcome:error", "probability": 1.0},
                {"name": "low_rated", "filter": "score.thumbs<0.5", "probability": 1.0},
            ],
        },
        "daily_budget": 1.0,
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
