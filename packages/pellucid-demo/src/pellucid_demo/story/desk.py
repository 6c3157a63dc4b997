"""The support prompt as the server's registry has it: fetched, cached and drawn as any application would.

Whoever moves or splits its label in the interface sees the live traffic follow within seconds.
"""

from collections.abc import Mapping

from pellucid.prompt_cache import Key, PromptCache
from pellucid.rest import Rest
from pellucid_demo.bot import prompts
from pellucid_demo.bot.people import Customer
from pellucid_demo.bot.serving import Written

LABEL = "production"
_TTL_S = 5.0
_TIMEOUT_S = 2.0


class PromptDesk:
    """One server; where it has no such prompt, the bot's own text serves."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._cache = PromptCache(Rest(url, headers, _TIMEOUT_S), _TTL_S)

    def written(self, customer: Customer) -> Written:
        """The version of this customer, filled in."""
        served = self._cache.get(Key(prompts.SUPPORT_NAME, LABEL, None), customer.id, prompts.SUPPORT)
        variables = prompts.variables(customer)
        text = served.compile(**{name: variables.get(name, "") for name in served.variables})
        return Written(text=str(text), link=served.link)
