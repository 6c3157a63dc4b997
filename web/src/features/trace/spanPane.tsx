/** The right side of a trace: the selected span, in tabs. */

import { useQuery } from "@tanstack/react-query";
import { CircleAlert, Layers } from "lucide-react";
import { Suspense, useEffect, useRef } from "react";
import { spanQuery } from "@/api/traces";
import type { BriefSpan, Score, SpanDetail } from "@/api/types";
import { outputSpeed, tokenTotals } from "@/domain/cost";
import { formatCount, formatDuration, oneLine } from "@/domain/format";
import { cx } from "@/ui/classes";
import { Badge, CopyButton } from "@/ui/controls";
import { KindIcon, OutcomeIcon } from "@/ui/icons";
import { Problem, useLate } from "@/ui/states";
import { BenchActions } from "./benchActions";
import { CommentsTab } from "./commentsTab";
import { CostPopover } from "./costPopover";
import { MessagesTab } from "./messagesTab";
import { ScoresTab } from "./scoresTab";
import { AttributesTab, DocumentsTab, InputOutputTab, RawTab } from "./tabs";

export interface Tab {
  id: string;
  label: string;
  count?: number;
}

/** The tabs that this span has something for; the first one is shown when the address names none. */
export function tabsOf(span: SpanDetail, scores: readonly Score[]): Tab[] {
  const messages = span.messages_in.length + span.messages_out.length;
  const tabs: Tab[] = [];
  if (messages) tabs.push({ id: "messages", label: "Messages", count: messages });
  if (!messages || hasValue(span.input) || hasValue(span.output)) tabs.push({ id: "io", label: "Input / output" });
  if (span.documents.length) tabs.push({ id: "documents", label: "Documents", count: span.documents.length });
  const attributes = Object.keys(span.attributes).length + Object.keys(span.metadata).length;
  return [
    ...tabs,
    { id: "scores", label: "Scores", count: scores.length },
    { id: "attributes", label: "Attributes", count: attributes },
    { id: "comments", label: "Comments" },
    { id: "raw", label: "Raw" },
  ];
}

function hasValue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "";
}

export interface SpanPaneProps {
  traceId: string;
  summary: BriefSpan;
  scores: readonly Score[];
  tab: string | undefined;
  onTab: (tab: string) => void;
}

export function SpanPane({ traceId, summary, scores, tab, onTab }: SpanPaneProps) {
  const query = useQuery(spanQuery(traceId, summary.span_id));
  const waiting = useLate(query.isPending);
  const span = query.data;
  const body = useRef<HTMLDivElement>(null);
  // A new span starts at its top; the tree beside it keeps its own scroll.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the span's id is what resets the scroll
  useEffect(() => {
    body.current?.scrollTo({ top: 0 });
  }, [summary.span_id]);
  const tabs = span ? tabsOf(span, scores) : [];
  const active = tabs.find((each) => each.id === tab) ?? tabs[0];
  return (
    <section aria-label="Selected span" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <SpanHeader span={span ?? summary} detail={span} />
      {summary.outcome !== "success" && summary.status_message && (
        <div
          className={cx(
            "mx-4 mb-2 flex shrink-0 items-start gap-2 rounded-ctl px-3 py-2 text-label",
            summary.outcome === "refused" ? "bg-refused-soft text-refused" : "bg-error-soft text-error",
          )}
        >
          <span className="mt-px">
            <OutcomeIcon outcome={summary.outcome} />
          </span>
          <span className="recorded line-clamp-4 min-w-0">{summary.status_message}</span>
        </div>
      )}
      <div
        role="tablist"
        aria-label="Views of the span"
        className="flex h-9 shrink-0 gap-5 overflow-x-auto border-b border-line px-4"
      >
        {tabs.map((each, index) => (
          <button
            key={each.id}
            type="button"
            role="tab"
            id={`tab-${each.id}`}
            aria-selected={each === active}
            aria-controls="tab-panel"
            title={`${each.label} (${index + 1})`}
            onClick={() => onTab(each.id)}
            className={cx(
              "flex shrink-0 items-center gap-1.5 border-b-2 text-label font-medium whitespace-nowrap",
              each === active ? "border-accent text-fg" : "border-transparent text-fg-2 hover:text-fg",
            )}
          >
            {each.label}
            {each.count !== undefined && each.count > 0 && (
              <span className="font-normal text-fg-3">{formatCount(each.count)}</span>
            )}
          </button>
        ))}
      </div>
      <div
        ref={body}
        id="tab-panel"
        role="tabpanel"
        tabIndex={0}
        aria-labelledby={active ? `tab-${active.id}` : undefined}
        className="min-h-0 flex-1 overflow-y-auto px-4 py-4"
      >
        {waiting && (
          <div className="flex flex-col gap-3">
            <div className="skeleton h-16" />
            <div className="skeleton h-24" />
          </div>
        )}
        {query.error && !span && <Problem error={query.error} what="This span" onRetry={() => void query.refetch()} />}
        {span && active && (
          <Suspense>
            {active.id === "messages" && <MessagesTab key={span.span_id} span={span} />}
            {active.id === "io" && <InputOutputTab key={span.span_id} span={span} />}
            {active.id === "documents" && <DocumentsTab key={span.span_id} span={span} />}
            {active.id === "scores" && (
              <ScoresTab key={span.span_id} scores={scores} traceId={traceId} spanId={span.span_id} />
            )}
            {active.id === "attributes" && <AttributesTab key={span.span_id} span={span} />}
            {active.id === "comments" && <CommentsTab key={span.span_id} traceId={traceId} spanId={span.span_id} />}
            {active.id === "raw" && <RawTab key={span.span_id} span={span} />}
          </Suspense>
        )}
      </div>
    </section>
  );
}

function SpanHeader({ span, detail }: { span: BriefSpan | SpanDetail; detail: SpanDetail | undefined }) {
  const totals = tokenTotals(detail?.usage);
  const speed = detail ? outputSpeed(detail.usage, detail.duration, detail.ttft) : null;
  const facts = [
    formatDuration(span.duration),
    span.ttft !== null && `first token ${formatDuration(span.ttft)}`,
    totals.output > 0 && `${formatCount(totals.output)} tokens${speed ? ` at ${formatCount(speed)}/s` : ""}`,
    span.model &&
      (detail?.model_requested && detail.model_requested !== span.model
        ? `${span.model} (asked for ${detail.model_requested})`
        : span.model),
  ].filter((fact): fact is string => Boolean(fact));
  return (
    <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 px-4 py-1.5">
      <KindIcon kind={span.kind} size={16} named />
      <h2 className="recorded cut max-w-[40ch]" title={oneLine(span.name)}>
        {oneLine(span.name, 200) || "no name"}
      </h2>
      <CopyButton text={span.span_id} label="Copy the span id" />
      <span className="recorded cut text-label text-fg-3">{facts.join(" · ")}</span>
      {span.folded && (
        <Badge icon={Layers} title="A framework span, folded away in the tree">
          framework
        </Badge>
      )}
      {detail?.flags.map((flag) => (
        <Badge key={flag} tone="warn" icon={CircleAlert}>
          {flag.replaceAll("_", " ")}
        </Badge>
      ))}
      <span className="flex-1" />
      {detail?.kind === "generation" && detail.messages_in.length > 0 && <BenchActions span={detail} />}
      {detail && <CostPopover span={detail} />}
    </header>
  );
}
