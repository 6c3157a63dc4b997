"""The result of a run as a Markdown page: one column a subject, Pellucid's ratio to each peer beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.durability import Survival
from benchmarks.ingest import IngestResult
from benchmarks.queries import Answered
from benchmarks.subjects.port import QUESTIONS
from benchmarks.visible import Visibility

OURS = "pellucid"
NOTHING = "–"


@dataclass(slots=True, kw_only=True)
class Measured:
    """Everything that was measured of one subject."""

    title: str
    version: str
    load: str
    """Of the machine before it started: what else ran there."""
    cold_start_s: float
    processes: int
    idle_cpu: float
    idle_rss: float
    """MiB, before anything was sent."""
    ingest: IngestResult
    queries: Mapping[str, Answered]
    queried_spans: int
    survival: Survival
    visibility: Visibility | None = None
    engine_queries: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Run:
    """One run."""

    date: str
    machine: str
    wire: float
    """Bytes a span."""
    engine: Mapping[str, float]
    subjects: dict[str, Measured]


def page(run: Run) -> str:
    """The whole page."""
    head = [
        f"{run.date} · {run.machine}",
        "",
        "Versions: " + ", ".join(f"{one.title} {one.version}" for one in run.subjects.values()) + ". "
        f"{run.wire:,.0f} bytes a span on the wire.",
        "",
    ]
    blocks = [head, _table(run, "Ingest and footprint", _INGEST)]
    blocks.append(_queries(run))
    blocks.append(_engine(run))
    return "\n".join(line for block in blocks for line in block)


_Cell = Callable[[Measured], str]

_INGEST: Sequence[tuple[str, _Cell, Callable[[Measured], float] | None]] = (
    ("spans", lambda m: f"{m.ingest.spans:,}", None),
    ("load of the machine before", lambda m: m.load, None),
    ("acknowledged, spans/s", lambda m: f"{m.ingest.acknowledged:,.0f}", None),
    (
        "**sustained: acknowledged and queryable, spans/s**",
        lambda m: f"**{m.ingest.sustained:,.0f}**",
        lambda m: m.ingest.sustained,
    ),
    ("request p50 / p95 / p99, ms", lambda m: f"{m.ingest.p50:.0f} / {m.ingest.p95:.0f} / {m.ingest.p99:.0f}", None),
    ("answers 429 or 503", lambda m: str(m.ingest.busy), None),
    ("found of sent", lambda m: f"{m.ingest.found:,} of {m.ingest.spans:,}", None),
    ("CPU, ms a span (all processes)", lambda m: f"{m.ingest.cpu_ms:.3f}", lambda m: 1 / m.ingest.cpu_ms),
    ("disk, bytes a span", lambda m: f"{m.ingest.disk:,.0f}", lambda m: 1 / m.ingest.disk),
    ("memory idle → peak, MiB (RSS)", lambda m: f"{m.idle_rss:,.0f} → {m.ingest.peak_rss:,.0f}", None),
    ("processes", lambda m: str(m.processes), None),
    ("idle CPU, % of a core", lambda m: f"{m.idle_cpu * 100:.1f}", None),
    ("cold start to the first 200, s", lambda m: f"{m.cold_start_s:.1f}", lambda m: 1 / m.cold_start_s),
    ("left after kill -9 at the last 200", lambda m: f"{m.survival.found:,} of {m.survival.sent:,}", None),
    ("acknowledged → queryable p50 / p99, s", lambda m: _visible(m.visibility), None),
)


def _visible(found: Visibility | None) -> str:
    return f"{found.p50:.2f} / {found.p99:.2f} at {found.rate:.0f}/s" if found else NOTHING


def _table(run: Run, title: str, rows: Sequence[tuple[str, _Cell, Callable[[Measured], float] | None]]) -> list[str]:
    peers = [name for name in run.subjects if name != OURS]
    names = [*run.subjects, *(f"× {run.subjects[name].title}" for name in peers if OURS in run.subjects)]
    titles = [run.subjects[name].title if name in run.subjects else name for name in names]
    lines = [f"### {title}", "", f"| | {' | '.join(titles)} |", "|---|" + "---:|" * len(titles)]
    for label, cell, worth in rows:
        cells = [cell(one) for one in run.subjects.values()]
        if OURS in run.subjects:
            ours = run.subjects[OURS]
            cells += [f"{worth(ours) / worth(run.subjects[peer]):,.1f}" if worth else "" for peer in peers]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return [*lines, ""]


def _queries(run: Run) -> list[str]:
    sizes = ", ".join(f"{one.title} {one.queried_spans:,}" for one in run.subjects.values())
    peers = [name for name in run.subjects if name != OURS and OURS in run.subjects]
    titles = [*(one.title for one in run.subjects.values()), *(f"× {run.subjects[name].title}" for name in peers)]
    lines = ["### Queries", "", f"p50 of 20 warm calls in ms (first call in brackets), over {sizes} spans.", "",
             f"| | {' | '.join(titles)} |", "|---|" + "---:|" * len(titles)]  # fmt: skip
    for name in QUESTIONS:
        answers = {subject: one.queries.get(name) for subject, one in run.subjects.items()}
        cells = [_answer(found) for found in answers.values()]
        cells += [_ratio(answers[OURS], answers[peer]) for peer in peers]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, ""]


def _answer(found: Answered | None) -> str:
    if found is None:
        return NOTHING
    if found.error:
        return f"failed: {found.error[:60]}"
    wrong = "" if found.rows == found.expected else f" **{found.rows} of {found.expected} rows**"
    note = f" {found.note}" if found.note else ""
    return f"{found.p50:,.1f} ({found.first:,.0f}){note}{wrong}"


def _ratio(ours: Answered | None, theirs: Answered | None) -> str:
    if ours is None or theirs is None or ours.error or theirs.error:
        return NOTHING
    return f"{theirs.p50 / ours.p50:,.1f}"


def _engine(run: Run) -> list[str]:
    ours = run.subjects.get(OURS)
    if ours is None or not run.engine:
        return []
    share = ours.ingest.sustained / run.engine["spans_per_s"]
    lines = ["### Against the bare engine", "",
             f"The same rows as ready-made columns, same tables, indexes and fsync, one writer: {run.engine['spans_per_s']:,.0f} spans/s, "
             f"{run.engine['cpu_ms']:.3f} ms CPU a span. Pellucid's sustained ingest is {share:.2f} of that.", ""]  # fmt: skip
    if ours.engine_queries:
        lines += ["| query | API p50, ms | its own SQL on the engine, ms | ratio |", "|---|---:|---:|---:|"]
        for name, engine in ours.engine_queries.items():
            p50 = ours.queries[name].p50
            lines.append(f"| {name} | {p50:.1f} | {engine:.1f} | {p50 / engine:.2f} |")
        lines.append("")
    return lines
