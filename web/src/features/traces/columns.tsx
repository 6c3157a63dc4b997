/** The columns of the trace list: which exist, which are shown at first, and how a row writes them. */

import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import type { ScoreSummary, TraceRow } from "@/api/types";
import { tokenTotals } from "@/domain/cost";
import { formatCount, formatDuration, formatScore, oneLine, plural } from "@/domain/format";
import { SessionLink, UserLink } from "@/features/people/peopleColumns";
import { cx } from "@/ui/classes";
import { Badge } from "@/ui/controls";
import type { DataColumn } from "@/ui/dataTable";
import { KindIcon, OutcomeIcon } from "@/ui/icons";
import { Age, Cost, isLowScore, ScoreValue } from "@/ui/values";

const SLOW_MS = 30_000;

export const TRACE_COLUMNS: readonly DataColumn<TraceRow>[] = [
  {
    id: "age",
    label: "Age",
    width: 60,
    align: "right",
    order: "start_time",
    cell: (row) => (
      <span className="text-fg-2">
        <Age time={row.start_time} />
      </span>
    ),
  },
  { id: "outcome", label: "", width: 26, cell: (row) => <TraceOutcome row={row} /> },
  {
    id: "name",
    label: "Name",
    width: 132,
    cell: (row) => (
      <Link
        to="/traces/$traceId"
        params={{ traceId: row.trace_id }}
        search={(old) => old}
        className="recorded font-medium"
        title={oneLine(row.name)}
      >
        {oneLine(row.name) || <span className="text-fg-3">no name</span>}
      </Link>
    ),
  },
  { id: "input", label: "Input", width: 260, grow: true, cell: (row) => <Preview text={row.input_preview} /> },
  { id: "output", label: "Output", width: 260, grow: true, cell: (row) => <Preview text={row.output_preview} /> },
  {
    id: "duration",
    label: "Duration",
    width: 80,
    align: "right",
    order: "duration",
    cell: (row) =>
      row.duration === null ? (
        <RunningOrOpen row={row} />
      ) : (
        <span className={cx(row.duration > SLOW_MS && "text-warn")}>{formatDuration(row.duration)}</span>
      ),
  },
  {
    id: "ttft",
    label: "TTFT",
    width: 72,
    align: "right",
    order: "ttft",
    cell: (row) => <span className="text-fg-2">{formatDuration(row.ttft)}</span>,
  },
  { id: "tokens", label: "Tokens", width: 74, align: "right", order: "tokens", cell: (row) => tokensText(row) },
  {
    id: "cost",
    label: "Cost",
    unit: "$",
    width: 84,
    align: "right",
    order: "cost",
    cell: (row) => <Cost usd={row.cost} unpriced={row.unpriced_count} sign={false} />,
  },
  {
    id: "user",
    label: "User",
    width: 96,
    cell: (row) =>
      row.user_id && <UserLink id={row.user_id} className="mono-s text-fg-2 hover:text-accent-fg hover:underline" />,
  },
  {
    id: "model",
    label: "Model",
    width: 144,
    cell: (row) => (
      <span className="text-fg-2" title={row.models.join(", ")}>
        {row.models.length > 1 ? `${row.models[0]} +${row.models.length - 1}` : row.models[0]}
      </span>
    ),
  },
  {
    id: "kind",
    label: "Kind",
    width: 96,
    cell: (row) => (
      <span className="inline-flex items-center gap-1.5 text-fg-2">
        <KindIcon kind={row.kind} size={12} /> {row.kind}
      </span>
    ),
  },
  {
    id: "session",
    label: "Session",
    width: 120,
    cell: (row) =>
      row.session_id && (
        <SessionLink id={row.session_id} className="mono-s text-fg-2 hover:text-accent-fg hover:underline" />
      ),
  },
  {
    id: "spans",
    label: "Spans",
    width: 60,
    align: "right",
    order: "span_count",
    cell: (row) => formatCount(row.span_count),
  },
  {
    id: "errors",
    label: "Errors",
    width: 60,
    align: "right",
    order: "error_count",
    cell: (row) => (row.error_count ? <span className="text-error">{formatCount(row.error_count)}</span> : "–"),
  },
  {
    id: "refusals",
    label: "Refusals",
    width: 70,
    align: "right",
    order: "refused_count",
    cell: (row) => (row.refused_count ? <span className="text-refused">{formatCount(row.refused_count)}</span> : "–"),
  },
  {
    id: "prompt",
    label: "Prompt",
    width: 150,
    cell: (row) => (
      <span className="text-fg-2">{row.prompts.map((prompt) => `${prompt.name} @ ${prompt.version}`).join(", ")}</span>
    ),
  },
  {
    id: "variant",
    label: "Variant",
    width: 84,
    cell: (row) => <span className="mono-s text-fg-2">{row.fingerprints[0]?.slice(0, 8)}</span>,
  },
  {
    id: "release",
    label: "Release",
    width: 80,
    cell: (row) => <span className="text-fg-2">{row.release}</span>,
  },
  {
    id: "feature",
    label: "Feature",
    width: 110,
    cell: (row) => <span className="text-fg-2">{row.feature}</span>,
  },
  {
    id: "environment",
    label: "Environment",
    width: 100,
    cell: (row) => <span className="text-fg-2">{row.environment}</span>,
  },
  {
    id: "tier",
    label: "User tier",
    width: 96,
    cell: (row) => <span className="text-fg-2">{row.user_tier}</span>,
  },
  {
    id: "provider",
    label: "Provider",
    width: 96,
    cell: (row) => <span className="text-fg-2">{row.providers.join(", ")}</span>,
  },
  {
    id: "service",
    label: "Service",
    width: 110,
    cell: (row) => <span className="text-fg-2">{row.service}</span>,
  },
  {
    id: "tags",
    label: "Tags",
    width: 120,
    cell: (row) => (
      <span className="inline-flex gap-1">
        {row.tags.slice(0, 3).map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
      </span>
    ),
  },
];

const SHOWN_AT_FIRST = ["age", "outcome", "name", "input", "duration", "ttft", "tokens", "cost", "user", "model"];
const SCORES_AT_FIRST = 2;

/** All columns there are for these rows: the fixed ones, and one for each score that occurs. */
export function allColumns(scoreNames: readonly string[]): DataColumn<TraceRow>[] {
  return [...TRACE_COLUMNS, ...scoreNames.map(scoreColumn)];
}

/** The chosen columns in their order, from the address; the first choice where it says nothing. */
export function chosenColumns(text: string | undefined, scoreNames: readonly string[]): DataColumn<TraceRow>[] {
  const all = new Map(allColumns(scoreNames).map((column) => [column.id, column]));
  const wanted = text
    ? text.split(",")
    : [...SHOWN_AT_FIRST, ...scoreNames.slice(0, SCORES_AT_FIRST).map((name) => `score:${name}`)];
  const chosen = wanted.flatMap((id) => all.get(id) ?? (id.startsWith("score:") ? scoreColumn(id.slice(6)) : []));
  return chosen.length ? chosen : [...all.values()].filter((column) => SHOWN_AT_FIRST.includes(column.id));
}

/** Names of the scores that the rows carry, most frequent first. */
export function scoreNamesOf(rows: readonly TraceRow[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) for (const score of row.scores) counts.set(score.name, (counts.get(score.name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
}

function scoreColumn(name: string): DataColumn<TraceRow> {
  return {
    id: `score:${name}`,
    label: name.charAt(0).toUpperCase() + name.slice(1),
    width: 84,
    align: "right",
    cell: (row) => {
      const score = row.scores.find((each) => each.name === name);
      return score ? <ScoreSummaryValue score={score} /> : <span className="pr-2.5 text-fg-3">–</span>;
    },
  };
}

export function ScoreSummaryValue({ score }: { score: ScoreSummary }) {
  if (score.mean === null) return <span className="pr-2.5">{score.string_value ?? "–"}</span>;
  return <ScoreValue text={formatScore(score.mean)} low={isLowScore(score.mean)} />;
}

function Preview({ text }: { text: string }) {
  const line = oneLine(text);
  return (
    <span className="recorded text-fg-2" title={line.length > 40 ? line : undefined}>
      {line}
    </span>
  );
}

function RunningOrOpen({ row }: { row: TraceRow }) {
  const fresh = Date.now() - Date.parse(row.start_time) < 10 * 60_000;
  return (
    <span className="text-fg-3" title={fresh ? "No end has arrived yet" : "The end of this trace never arrived"}>
      {fresh ? "running" : "no end"}
    </span>
  );
}

function tokensText(row: TraceRow): string {
  const totals = tokenTotals(row.usage);
  return totals.reported ? formatCount(totals.total) : "–";
}

/** How the trace ended; a dot says that something inside it failed all the same. */
function TraceOutcome({ row }: { row: TraceRow }) {
  if (row.outcome !== "success" || row.error_count === 0) return <OutcomeIcon outcome={row.outcome} />;
  const text = `success, with ${plural(row.error_count, "error")} inside`;
  return (
    <span className="relative inline-flex" title={text} role="img" aria-label={text}>
      <CircleCheck size={14} strokeWidth={1.5} aria-hidden="true" className="text-fg-3" />
      <i className="absolute -top-px -right-0.5 size-1.5 rounded-full bg-error" />
    </span>
  );
}
