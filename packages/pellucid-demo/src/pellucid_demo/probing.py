"""The probe set of the demo's team: the help centre's own questions to the model behind the bot, with the article that answers each."""

from collections.abc import Mapping
from typing import Any, Final

from pellucid_demo.bot.articles import articles

EVERY_S: Final = 180
_PROMPTS: Final = 8


def probe_set() -> Mapping[str, Any]:
    """As the API takes it: one question of each of the first articles."""
    prompts = [
        f'{article.questions[0]}\n\n<document id="{article.id}" title="{article.title}">\n{article.text}\n</document>'
        for article in articles()
        if article.questions
    ]
    return {
        "name": "Help-centre questions",
        "connection": "simulated-openai",
        "model": "gpt-4o",
        "prompts": prompts[:: max(1, len(prompts) // _PROMPTS)][:_PROMPTS],
        "parameters": {"temperature": 0.7},
        "repeats": 3,
        "every_s": EVERY_S,
    }
