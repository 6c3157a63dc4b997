"""Pellucid's light client: traces, prompts, scores, feedback, data sets and experiments for LLM applications.

What lives here: the public names, and nothing else. What must not live here: work at import time.
The names are documented in `docs/reference/client/`.
"""

from pellucid.carriers import continue_trace, inject
from pellucid.datasets import Dataset, add_dataset_items, create_dataset, dataset, local_dataset
from pellucid.experiments import ExperimentResult
from pellucid.exporting.ledger import Stats
from pellucid.frames import context
from pellucid.instruments import instrument
from pellucid.items import DatasetItem, Evaluation
from pellucid.masks import patterns
from pellucid.observe import observe
from pellucid.prompt_cache import prefetch_prompts, prompt
from pellucid.prompt_store import create_prompt, label_prompt
from pellucid.prompts import Prompt
from pellucid.providers.wrap import wrap
from pellucid.scores import feedback, score
from pellucid.setup import flush, init, shutdown, stats
from pellucid.steps import (
    Step,
    current_span_id,
    current_trace_id,
    generation,
    span,
    start_span,
    trace,
    update_span,
    update_trace,
)
from pellucid.threads import carry
from pellucid.version import VERSION as __version__

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
    "trace",
    "update_span",
    "update_trace",
    "wrap",
]
