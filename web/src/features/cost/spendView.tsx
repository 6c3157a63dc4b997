/** Spend by whatever can be asked to spend less: the table with the 80/20 line, spend over time, and calls that nobody can price. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { widgetQuery } from "@/api/dashboards";
import { USAGE_LABELS } from "@/domain/cost";
import { linesFor, type Spend, shareOf, spendFilter, spendOf, TOKEN_KINDS, VIEWS } from "@/domain/costLab";
import { both, NEW_WIDGET, tableWidget, type Widget } from "@/domain/dashboards";
import { formatAmount, formatCount, formatMoney, formatShare, plural } from "@/domain/format";
import { AddToDashboardButton } from "@/features/dashboards/addToDashboard";
import { useScopeOfPage } from "@/features/dashboards/useScopeOfPage";
import { ScopeContext } from "@/features/dashboards/useWidget";
import { WidgetCard } from "@/features/dashboards/widgetCard";
import { useAddress } from "@/ui/address";
import { cx } from "@/ui/classes";
import { Segments } from "@/ui/controls";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { type CostScopeProps, Fact } from "./parts";
import { useCostScope, useToTraces } from "./useCostScope";

const MEASURES = [
  { measure: "cost", aggregation: "sum" },
  { measure: "cost", aggregation: "count" },
  { measure: "unpriced", aggregation: "count" },
  { measure: "tokens", aggregation: "sum" },
  ...TOKEN_KINDS.map((kind) => ({ measure: `usage_${kind}`, aggregation: "sum" })),
];
const MOST_LINES = 100;
const CHART_PX = 250;
/** What the tier of people who do not pay is called. */
const FREE_TIERS = ["free", "Free", "FREE"];

const ask = (dimensions: readonly string[], scope: CostScopeProps["scope"]) =>
  widgetQuery({ measures: MEASURES, dimensions: [...dimensions], interval: null, series: MOST_LINES, ...scope });

export function SpendView() {
  const [search, patch] = useAddress();
  const view = VIEWS.find(({ id }) => id === search.view) ?? VIEWS[0];
  const scope = useCostScope();
  const query = useQuery(ask(view.fields, scope));
  const waiting = useLate(query.isPending);
  const lines = useMemo(() => spendOf(query.data?.data ?? [], view.fields), [query.data, view]);
  return (
    <div className="flex flex-col gap-5">
      <Facts scope={scope} />
      <div className="flex flex-wrap items-center gap-3">
        <div className="max-w-full overflow-x-auto [&_button]:whitespace-nowrap">
          <Segments
            label="Spend by"
            value={view.id}
            options={VIEWS.map(({ id, label }) => ({ value: id, label }))}
            onChange={(next) => patch({ view: next === "feature" ? null : next }, { replace: true })}
          />
        </div>
        <AddToDashboardButton
          widget={tableWidget(
            `Spend by ${view.label.toLowerCase()}`,
            view.fields,
            "cost.sum cost.avg unpriced.count tokens.sum",
          )}
          filter={search.filter ?? ""}
        />
      </div>
      <Charts fields={view.fields} label={view.label} />
      {query.error && !query.data && (
        <Problem error={query.error} what="The spend" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows rows={6} />}
      {view.id === "tool" && (
        <p className="max-w-[80ch] text-label text-fg-2">
          Tools that call no model cost nothing here: the calls around them carry the tokens. A tool that is itself an
          agent shows what it spent.
        </p>
      )}
      {query.data && <SpendTable lines={lines} label={view.label} fields={view.fields} />}
      <Unpriced scope={scope} />
    </div>
  );
}

function Facts({ scope }: CostScopeProps) {
  const totals = useQuery(ask([], scope));
  const tiers = useQuery(ask(["user_tier"], scope));
  const all = spendOf(totals.data?.data ?? [], [])[0];
  const free = shareOf(tiers.data?.data ?? [], "user_tier", FREE_TIERS);
  const open = useToTraces();
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-3">
      <Fact label="Spend">{formatMoney(all?.cost ?? 0)}</Fact>
      <Fact label="Calls">{formatCount(all?.calls ?? 0)}</Fact>
      <Fact label="Per priced call">{formatMoney(all?.perCall)}</Fact>
      <Fact label="Tokens">{formatCount(all?.total ?? 0)}</Fact>
      <Fact label="Free tier’s share">
        <button type="button" className="hover:underline" onClick={() => open("user_tier:free")}>
          {free === null ? "–" : formatShare(free, 1)}
        </button>
      </Fact>
      <Fact label="Unpriced calls" warn={Boolean(all?.unpriced)}>
        {formatCount(all?.unpriced ?? 0)}
      </Fact>
    </dl>
  );
}

function Charts({ fields, label }: { fields: readonly string[]; label: string }) {
  const [search] = useAddress();
  const page = useScopeOfPage({ filter: search.filter ?? "", range: "" });
  const widgets = useMemo(() => chartsOf(fields, label), [fields, label]);
  return (
    <ScopeContext.Provider value={page}>
      <div className="grid gap-3 broad:grid-cols-[2fr_1fr]">
        {widgets.map((widget) => (
          <div key={widget.title} className="min-w-0" style={{ height: CHART_PX }}>
            <WidgetCard widget={widget} height={CHART_PX} />
          </div>
        ))}
      </div>
    </ScopeContext.Provider>
  );
}

/** Spend over time, and the segments whose calls surely fail most: that is paid for as well. */
function chartsOf(fields: readonly string[], label: string): Widget[] {
  const shared = { ...NEW_WIDGET, dimensions: [...fields], x: 0, y: 0 };
  const name = label.toLowerCase();
  return [
    { ...shared, id: "spend", title: `Spend by ${name}`, chart: "area" },
    {
      ...shared,
      id: "failures",
      title: `Failed calls by ${name}`,
      chart: "segments",
      measures: [{ measure: "errors", aggregation: "rate" }],
      filter: fields.includes("tool_name") ? "kind:tool" : "kind:generation",
      better: "less",
    },
  ];
}

function SpendTable({ lines, label, fields }: { lines: readonly Spend[]; label: string; fields: readonly string[] }) {
  const few = linesFor(lines);
  const open = useToTraces();
  if (lines.length === 0) return <p className="text-label text-fg-3">No model was called in the time range.</p>;
  const kinds = TOKEN_KINDS.filter((kind) => lines.some((line) => line.tokens[kind] > 0));
  return (
    <section aria-label={`Spend by ${label.toLowerCase()}`} className="min-w-0">
      {lines.length > 1 && (
        <p className="mb-2 text-label text-fg-2">
          {few} of {plural(lines.length, "value")} {few === 1 ? "makes" : "make"} 80 % of the spend.
        </p>
      )}
      <div tabIndex={0} role="region" aria-label="Table of spend" className="overflow-x-auto">
        <table className="w-full text-label">
          <thead className="border-b border-line text-micro text-fg-3">
            <tr className="h-7">
              <th className="text-left font-medium">{label}</th>
              <th className="num pl-4 font-medium">Spend $</th>
              <th className="num pl-4 font-medium">Share</th>
              <th className="w-40 pl-4 text-left font-medium max-wide:hidden">Together</th>
              <th className="num pl-4 font-medium">Calls</th>
              <th className="num pl-4 font-medium">$ per call</th>
              {kinds.map((kind) => (
                <th key={kind} className="num pl-4 font-medium">
                  {USAGE_LABELS[kind] ?? kind}
                </th>
              ))}
              <th className="num pl-4 font-medium">Unpriced</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line, place) => (
              <tr
                key={line.name}
                className={cx(
                  "h-8 border-b",
                  place + 1 === few && few < lines.length ? "border-accent" : "border-grid",
                )}
              >
                <td className="max-w-80 min-w-32">
                  <button
                    type="button"
                    className={cx(
                      "recorded cut block max-w-full text-left hover:underline",
                      !line.values.some(Boolean) && "text-fg-3",
                    )}
                    title={`Traces of ${line.name}`}
                    onClick={() => open(spendFilter(fields, line))}
                  >
                    {line.name}
                  </button>
                </td>
                <td className="num pl-4 font-medium">{formatAmount(line.cost)}</td>
                <td className="num pl-4">{formatShare(line.share, 1)}</td>
                <td className="pl-4 max-wide:hidden">
                  <span className="flex items-center gap-2" title={`${formatShare(line.cumulative, 1)} with all above`}>
                    <span className="relative block h-2 w-24 rounded-bar bg-n3">
                      <span
                        className="absolute inset-y-0 left-0 rounded-bar bg-[var(--series-1)] opacity-40"
                        style={{ width: `${100 * line.cumulative}%` }}
                      />
                      <span
                        className="absolute inset-y-0 rounded-bar bg-[var(--series-1)]"
                        style={{ left: `${100 * (line.cumulative - line.share)}%`, width: `${100 * line.share}%` }}
                      />
                      <span className="absolute -inset-y-0.5 left-[80%] w-px bg-fg-3" />
                    </span>
                    <span className="text-fg-2">{formatShare(line.cumulative, 1)}</span>
                  </span>
                </td>
                <td className="num pl-4">{formatCount(line.calls)}</td>
                <td className="num pl-4">{formatAmount(line.perCall)}</td>
                {kinds.map((kind) => (
                  <td key={kind} className="num pl-4 text-fg-2">
                    {formatCount(line.tokens[kind])}
                  </td>
                ))}
                <td className={cx("num pl-4", line.unpriced > 0 ? "text-warn" : "text-fg-3")}>
                  {formatCount(line.unpriced)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Models without a known price: what they cost is in no sum above. */
function Unpriced({ scope }: CostScopeProps) {
  const filter = both(scope.filter, "counted:true -has:cost tokens>0");
  const query = useQuery(ask(["provider", "model"], { ...scope, filter }));
  const open = useToTraces();
  const lines = spendOf(query.data?.data ?? [], ["provider", "model"]).filter((line) => line.unpriced > 0);
  if (lines.length === 0) return null;
  return (
    <section aria-label="Unpriced calls" className="min-w-0">
      <h2 className="mb-1">Calls that nobody can price</h2>
      <p className="mb-2 max-w-[80ch] text-label text-fg-2">
        They are in no sum of money here. Add the price of the model under Settings, Model prices; calls that arrive
        then have one.
      </p>
      <ul className="text-label">
        {lines.map((line) => (
          <li key={line.name} className="flex h-8 items-center gap-4 border-b border-grid">
            <button
              type="button"
              className="recorded cut flex-1 text-left hover:underline"
              onClick={() => open(both(spendFilter(["provider", "model"], line), "-has:cost tokens>0"))}
            >
              {line.name}
            </button>
            <span className="num">{plural(line.unpriced, "call")}</span>
            <span className="num w-28 text-fg-2">{formatCount(line.total)} tokens</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
