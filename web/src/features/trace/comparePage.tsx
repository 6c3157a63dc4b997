/** Two traces side by side: facts, steps that face each other, and the words that differ. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight, Diff } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";
import { spanQuery, traceQuery } from "@/api/traces";
import type { BriefSpan, SpanDetail, TraceDetail } from "@/api/types";
import { carried } from "@/domain/address";
import { tokenTotals } from "@/domain/cost";
import { alignSteps } from "@/domain/diff";
import { formatCount, formatDuration, formatMoney, oneLine, shortId } from "@/domain/format";
import { asText } from "@/domain/json";
import { buildTree, indent } from "@/domain/tree";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { cx } from "@/ui/classes";
import { Button, TextInput } from "@/ui/controls";
import { DiffText } from "@/ui/diffText";
import { Icon, KindIcon, OutcomeIcon } from "@/ui/icons";
import { Empty, Problem, SkeletonRows } from "@/ui/states";
import { Clock } from "@/ui/values";
import { messageText } from "./messageView";

interface Step {
  key: string;
  depth: number;
  span: BriefSpan;
}

export default function ComparePage() {
  const { traceId = "" } = useParams({ strict: false });
  const [search] = useAddress();
  const other = search.with ?? "";
  const left = useQuery(traceQuery(traceId));
  const right = useQuery({ ...traceQuery(other), enabled: other !== "" });
  return (
    <>
      <PageHeader
        title="Compare traces"
        timeless
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/traces" search={(old) => carried(old)} className="text-fg-2 hover:text-fg">
              Traces
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3" />
            <b className="font-semibold">Compare</b>
          </div>
        }
      />
      {!other && <ChooseOther traceId={traceId} />}
      {(left.error ?? right.error) ? <Problem error={left.error ?? right.error} what="A trace" /> : null}
      {other && !left.error && !right.error && (!left.data || !right.data) && <SkeletonRows />}
      {other && left.data && right.data && <Comparison left={left.data} right={right.data} />}
    </>
  );
}

function ChooseOther({ traceId }: { traceId: string }) {
  const [, patch] = useAddress();
  const [id, setId] = useState("");
  const valid = /^[0-9a-f]{32}$/i.test(id.trim()) && id.trim() !== traceId;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (valid) patch({ with: id.trim().toLowerCase() });
  };
  return (
    <Empty icon={Diff} title="Compare with which trace?">
      <p className="mb-3">Paste its id, or choose two rows of the trace list and press Compare.</p>
      <form onSubmit={submit} className="flex justify-center gap-2">
        <TextInput
          aria-label="Id of the other trace"
          placeholder="32 hex digits"
          value={id}
          onChange={(event) => setId(event.target.value)}
          className="mono w-72"
        />
        <Button type="submit" look="primary" disabled={!valid}>
          Compare
        </Button>
      </form>
    </Empty>
  );
}

function Comparison({ left, right }: { left: TraceDetail; right: TraceDetail }) {
  const pairs = useMemo(() => alignSteps(stepsOf(left), stepsOf(right)), [left, right]);
  const [open, setOpen] = useState<number | null>(() => firstAnswer(pairs));
  return (
    <div tabIndex={0} role="region" aria-label="Comparison" className="min-h-0 flex-1 overflow-y-auto">
      <FactsTable left={left} right={right} />
      <div className="px-4 py-3">
        <h2 className="mb-1">Steps</h2>
        {pairs.map((pair, index) => (
          <div key={index} className="border-b border-grid">
            <button
              type="button"
              aria-expanded={open === index}
              onClick={() => setOpen(open === index ? null : index)}
              className={cx(
                "grid min-h-8 w-full grid-cols-2 gap-4 text-left text-label hover:bg-hover",
                open === index && "bg-accent-softer",
              )}
            >
              <StepCell step={pair.before} facing={pair.after} />
              <StepCell step={pair.after} facing={pair.before} />
            </button>
            {open === index && pair.before && pair.after && (
              <StepDiff
                leftId={left.trace.trace_id}
                rightId={right.trace.trace_id}
                before={pair.before.span}
                after={pair.after.span}
              />
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function stepsOf(detail: TraceDetail): Step[] {
  return buildTree(detail.spans, { showFolded: false }).nodes.map((node) => ({
    // Roots face each other whatever they are called.
    key: node.depth === 0 ? node.span.kind : `${node.span.kind} ${node.span.name}`,
    depth: node.depth,
    span: node.span,
  }));
}

function firstAnswer(pairs: readonly { before: Step | null; after: Step | null }[]): number | null {
  const at = pairs.findLastIndex((pair) => pair.before?.span.kind === "generation" && pair.after !== null);
  return at === -1 ? null : at;
}

function StepCell({ step, facing }: { step: Step | null; facing: Step | null }) {
  if (!step) return <span className="flex items-center bg-inset px-2 text-fg-3">not in this trace</span>;
  const { span } = step;
  const slower =
    facing && span.duration !== null && facing.span.duration !== null && span.duration > facing.span.duration * 1.5;
  return (
    <span
      className={cx("flex min-w-0 items-center gap-1.5 py-1 pr-2", !facing && "bg-accent-softer")}
      style={{ paddingLeft: 8 + indent(step.depth, 14) }}
    >
      <KindIcon kind={span.kind} size={13} />
      <span className="recorded cut flex-1">{oneLine(span.name, 100)}</span>
      {span.outcome !== "success" && <OutcomeIcon outcome={span.outcome} size={13} />}
      <span className="cut text-fg-3 max-wide:hidden">{span.model}</span>
      <span className={cx("num w-16 shrink-0", slower ? "font-medium text-fg" : "text-fg-2")}>
        {formatDuration(span.duration)}
      </span>
      <span className="num w-20 shrink-0 text-fg-3 max-wide:hidden">
        {span.cost === null ? "" : formatMoney(span.cost)}
      </span>
    </span>
  );
}

function FactsTable({ left, right }: { left: TraceDetail; right: TraceDetail }) {
  const rows: [string, (detail: TraceDetail) => React.ReactNode][] = [
    [
      "Trace",
      ({ trace }) => (
        <Link
          className="link mono-s"
          to="/traces/$traceId"
          params={{ traceId: trace.trace_id }}
          search={(old) => carried(old)}
        >
          {shortId(trace.trace_id)}
        </Link>
      ),
    ],
    ["Started", ({ trace }) => <Clock time={trace.start_time} clock="full" />],
    [
      "Outcome",
      ({ trace }) => (
        <span className="inline-flex items-center gap-1.5">
          <OutcomeIcon outcome={trace.outcome} /> {trace.outcome}
        </span>
      ),
    ],
    ["Duration", ({ trace }) => formatDuration(trace.duration)],
    ["First token", ({ trace }) => formatDuration(trace.ttft)],
    ["Tokens", ({ trace }) => formatCount(tokenTotals(trace.usage).total)],
    ["Cost", ({ trace }) => formatMoney(trace.cost)],
    ["Models", ({ trace }) => trace.models.join(", ")],
    ["Prompt", ({ trace }) => trace.prompts.map((prompt) => `${prompt.name} @ ${prompt.version}`).join(", ")],
    ["Variant", ({ trace }) => trace.fingerprints.map((fingerprint) => fingerprint.slice(0, 8)).join(" ")],
    ["Release", ({ trace }) => trace.release],
    ["User", ({ trace }) => oneLine(trace.user_id, 60)],
    ["Scores", ({ scores }) => scores.map((score) => `${score.name} ${score.value ?? score.string_value}`).join(", ")],
  ];
  return (
    <table className="w-full table-fixed text-label">
      <tbody>
        {rows.map(([label, cell]) => (
          <tr key={label} className="border-b border-grid">
            <th scope="row" className="w-24 py-1.5 pl-4 text-left font-normal text-fg-3">
              {label}
            </th>
            <td className="recorded py-1.5 pr-4">{cell(left) || "–"}</td>
            <td className="recorded py-1.5 pr-4">{cell(right) || "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StepDiff({
  leftId,
  rightId,
  before,
  after,
}: {
  leftId: string;
  rightId: string;
  before: BriefSpan;
  after: BriefSpan;
}) {
  const left = useQuery(spanQuery(leftId, before.span_id));
  const right = useQuery(spanQuery(rightId, after.span_id));
  if (left.error ?? right.error) return <Problem error={left.error ?? right.error} what="A span" />;
  if (!left.data || !right.data) return <div className="skeleton m-3 h-16" />;
  return (
    <div className="flex flex-col gap-3 px-2 py-3">
      {(["system", "input", "output"] as const).map((part) => {
        const texts = [textOf(left.data, part), textOf(right.data, part)] as const;
        if (!texts[0] && !texts[1]) return null;
        return (
          <section key={part} aria-label={LABELS[part]}>
            <h3 className="mb-1">
              {LABELS[part]} {texts[0] === texts[1] && <span className="font-normal text-fg-3">equal</span>}
            </h3>
            <DiffText before={texts[0]} after={texts[1]} />
          </section>
        );
      })}
    </div>
  );
}

const LABELS = { system: "System prompt", input: "Input", output: "Output" };

function textOf(span: SpanDetail, part: keyof typeof LABELS): string {
  const messages =
    part === "output"
      ? span.messages_out
      : span.messages_in.filter((message) => (message.role === "system") === (part === "system"));
  if (messages.length) return messages.map(messageText).join("\n\n");
  return part === "system" ? "" : asText(part === "input" ? span.input : span.output);
}
