"""Pellucid's light client: traces, prompts, scores, feedback, data sets and experiments for LLM applications.

What lives here: the public names, and nothing else. What must not live here: work at import time.
The names are documented in `docs/reference/client/`.

What every application uses is imported here; what only some use (providers, prompts, experiments, with asyncio and TLS
behind them) is imported when its name is first asked for, so that `import pellucid` costs little more than
OpenTelemetry's SDK.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pellucid.exporting.ledger import Stats
from pellucid.frames import context
from pellucid.observing import observe
from pellucid.scores import feedback, score
from pellucid.setup import flush, init, instrument, shutdown, stats
from pellucid.spans import (
    current_span_id,
    current_trace_id,
    generation,
    span,
    start_span,
    trace,
    update_span,
    update_trace,
)
from pellucid.steps import Step
from pellucid.threads import carry
from pellucid.version import VERSION as __version__

if TYPE_CHECKING:
    from pellucid import errors, testing
    from pellucid.carriers import continue_trace, inject
    from pellucid.datasets import Dataset, add_dataset_items, create_dataset, dataset, local_dataset
    from pellucid.experiments import ExperimentResult
    from pellucid.items import DatasetItem, Evaluation
    from pellucid.masks import patterns
    from pellucid.prompt_cache import prefetch_prompts, prompt
    from pellucid.prompt_store import create_prompt, label_prompt
    from pellucid.prompts import Prompt
    from pellucid.providers.wrap import wrap

LATE = {
    "Dataset": "pellucid.datasets",
    "DatasetItem": "pellucid.items",
    "Evaluation": "pellucid.items",
    "ExperimentResult": "pellucid.experiments",
    "Prompt": "pellucid.prompts",
    "add_dataset_items": "pellucid.datasets",
    "continue_trace": "pellucid.carriers",
    "create_dataset": "pellucid.datasets",
    "create_prompt": "pellucid.prompt_store",
    "dataset": "pellucid.datasets",
    "inject": "pellucid.carriers",
    "label_prompt": "pellucid.prompt_store",
    "local_dataset": "pellucid.datasets",
    "patterns": "pellucid.masks",
    "prefetch_prompts": "pellucid.prompt_cache",
    "prompt": "pellucid.prompt_cache",
    "wrap": "pellucid.providers.wrap",
}
LATE_MODULES = ("errors", "testing")


def __getattr__(name: str) -> Any:
    if name in LATE_MODULES:
        return import_module(f"pellucid.{name}")
    home = LATE.get(name)
    if home is None:
        raise AttributeError(f"module 'pellucid' has no attribute {name!r}")
    found = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "Dataset",
    "DatasetItem",
    "Evaluation",
    "ExperimentResult",
    "Prompt",
    "Stats",
    "Step",
    "__version__",
    "add_dataset_items",
    "carry",
    "context",
    "continue_trace",
    "create_dataset",
    "create_prompt",
    "current_span_id",
    "current_trace_id",
    "dataset",
    "errors",
    "feedback",
    "flush",
    "generation",
    "init",
    "inject",
    "instrument",
    "label_prompt",
    "local_dataset",
    "observe",
    "patterns",
    "prefetch_prompts",
    "prompt",
    "score",
    "shutdown",
    "span",
    "start_span",
    "stats",
    "testing",
    "trace",
    "update_span",
    "update_trace",
    "wrap",
]
