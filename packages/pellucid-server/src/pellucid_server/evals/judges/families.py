"""Model families: a judge prefers texts of its own kin (Panickssery et al. 2024), so judge and judged should not be of one family."""

import re
from typing import Final

_FAMILIES: Final[tuple[tuple[str, str], ...]] = (
    ("openai", r"(?:chat)?gpt|o[134](?:-|$)|davinci|text-embedding"),
    ("anthropic", r"claude"),
    ("google", r"gemini|gemma|palm|bison"),
    ("meta", r"(?:meta-)?llama"),
    ("mistral", r"(?:open-)?mi[sx]tral|codestral|ministral|magistral|pixtral"),
    ("deepseek", r"deepseek"),
    ("alibaba", r"qwen|qwq"),
    ("xai", r"grok"),
    ("cohere", r"command|aya"),
    ("microsoft", r"phi-?\d"),
    ("amazon", r"nova|titan"),
    ("zhipu", r"glm|chatglm"),
    ("moonshot", r"kimi|moonshot"),
)
_EXPRESSION: Final = re.compile("|".join(f"(?:^|[/:.])(?P<{name}>{pattern})" for name, pattern in _FAMILIES), re.IGNORECASE)


def family_of(model: str) -> str:
    """Who made the model; empty where its name does not tell."""
    found = _EXPRESSION.search(model)
    return (found.lastgroup or "") if found else ""


def is_kin(judge: str, judged: tuple[str, ...]) -> bool:
    """Whether the judge is of the family of any model that it judges."""
    own = family_of(judge)
    return bool(own) and any(family_of(model) == own for model in judged)
