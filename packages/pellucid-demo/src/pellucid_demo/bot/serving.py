"""Which version of the support prompt a customer gets, and how its calls say so.

The template stands in `prompts`; a server's registry may hold others, which the live traffic fetches (`story.desk`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry import context as otel

from pellucid import semconv
from pellucid_demo.bot import prompts
from pellucid_demo.bot.people import Customer

_LINK_KEY = "harbour-prompt-link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A prompt with its variables filled in, and the attributes that link a generation to its version."""

    text: str
    link: Mapping[str, Any]


SupportPrompt = Callable[[Customer], Written]


def first_version(customer: Customer) -> Written:
    """What everybody gets until somebody deploys another version."""
    variables = prompts.variables(customer)
    text = prompts.SUPPORT
    for name, value in variables.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    link = {semconv.PROMPT_NAME: prompts.SUPPORT_NAME, semconv.PROMPT_VERSION: 1, semconv.PROMPT_LABEL: "production"}
    return Written(text=text, link=link)


@contextmanager
def linked(written: Written) -> Iterator[None]:
    """Calls to a provider in the block are made with this prompt."""
    token = otel.attach(otel.set_value(_LINK_KEY, dict(written.link)))
    try:
        yield
    finally:
        otel.detach(token)


def link_in(context: otel.Context | None) -> Mapping[str, Any]:
    """The attributes of the prompt that is in use; none outside `linked`."""
    found = otel.get_value(_LINK_KEY, context)
    return found if isinstance(found, dict) else {}
