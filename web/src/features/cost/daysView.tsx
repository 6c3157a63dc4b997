/** Daily roll-ups: what each day cost, also when its calls have left by retention. */

import { useQuery } from "@tanstack/react-query";
import { CalendarDays } from "lucide-react";
import { useMemo } from "react";
import { costDaysQuery } from "@/api/cost";
import { NEW_WIDGET, tableWidget } from "@/domain/dashboards";
import { DAY_VIEWS, type DayLine, dayLines, dayRows } from "@/domain/daySpend";
import { quote } from "@/domain/filterText";
import { formatAmount, formatCount, formatMoney, formatShare, plural } from "@/domain/format";
import { AddToDashboardButton } from "@/features/dashboards/addToDashboard";
import { useScopeOfPage } from "@/features/dashboards/useScopeOfPage";
import { ScopeContext } from "@/features/dashboards/useWidget";
import { WidgetBody } from "@/features/dashboards/widgetBody";
import { useAddress } from "@/ui/address";
import { Segments } from "@/ui/controls";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { Fact } from "./parts";
import { useToTraces } from "./useCostScope";

export const KEPT = "-90d";
const CHART_PX = 240;
const MOST_LINES = 100;

export function DaysView() {
  const [search, patch] = useAddress();
  const view = DAY_VIEWS.find(({ id }) => id === search.view) ?? DAY_VIEWS[0];
  const from = search.from ?? KEPT;
  const query = useQuery(costDaysQuery(view.fields, from, search.to ?? ""));
  const waiting = useLate(query.isPending);
  const days = useMemo(() => query.data ?? [], [query.data]);
  const lines = useMemo(() => dayLines(days, view.fields), [days, view]);
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-3">
        <div className="max-w-full overflow-x-auto [&_button]:whitespace-nowrap">
          <Segments
            label="Days by"
            value={view.id}
            options={DAY_VIEWS.map(({ id, label }) => ({ value: id, label }))}
            onChange={(next) => patch({ view: next === "feature" ? null : next }, { replace: true })}
          />
        </div>
        <AddToDashboardButton
          widget={{
            ...tableWidget(`Spend by ${view.label.toLowerCase()} and day`, view.fields, "cost.sum"),
            chart: "bar",
            interval: "day",
            series: 8,
          }}
        />
      </div>
      <p className="max-w-[90ch] text-label text-fg-2">
        Whole days in UTC, of all environments, kept for 90 days: they stay when a project’s retention deletes the
        calls, and equal their sums while both exist.
      </p>
      {query.error && !query.data && (
        <Problem error={query.error} what="The days" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows rows={6} />}
      {query.data && lines.length === 0 && (
        <Empty icon={CalendarDays} title="No day with model calls in this time range">
          Days are counted every five minutes. Take a longer time range, or send model calls.
        </Empty>
      )}
      {lines.length > 0 && (
        <>
          <Facts lines={lines} days={new Set(days.map((day) => day.day)).size} />
          <Chart rows={dayRows(days, view.fields)} fields={view.fields} label={view.label} />
          <Table lines={lines} label={view.label} fields={view.fields} />
        </>
      )}
    </div>
  );
}

function Facts({ lines, days }: { lines: readonly DayLine[]; days: number }) {
  const sum = (of: (line: DayLine) => number) => lines.reduce((whole, line) => whole + of(line), 0);
  const cost = sum((line) => line.cost);
  const unpriced = sum((line) => line.unpriced);
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-3">
      <Fact label="Spend">{formatMoney(cost)}</Fact>
      <Fact label="Days">{formatCount(days)}</Fact>
      <Fact label="A day">{formatMoney(days ? cost / days : 0)}</Fact>
      <Fact label="Calls">{formatCount(sum((line) => line.calls))}</Fact>
      <Fact label="Unpriced calls" warn={unpriced > 0}>
        {formatCount(unpriced)}
      </Fact>
    </dl>
  );
}

interface ChartProps {
  rows: ReturnType<typeof dayRows>;
  fields: readonly string[];
  label: string;
}

function Chart({ rows, fields, label }: ChartProps) {
  const scope = useScopeOfPage({ filter: "", range: KEPT });
  const widget = useMemo(
    () => ({
      ...NEW_WIDGET,
      id: "days",
      x: 0,
      y: 0,
      title: `Spend a day by ${label.toLowerCase()}`,
      chart: "bar" as const,
      dimensions: [...fields],
      interval: "day",
    }),
    [fields, label],
  );
  return (
    <ScopeContext.Provider value={scope}>
      <div style={{ height: CHART_PX }}>
        <WidgetBody
          widget={widget}
          answer={{ data: rows as never, next_cursor: null, complete: true }}
          before={undefined}
          height={CHART_PX}
        />
      </div>
    </ScopeContext.Provider>
  );
}

function Table({ lines, label, fields }: { lines: readonly DayLine[]; label: string; fields: readonly string[] }) {
  const open = useToTraces();
  return (
    <section aria-label={`Days by ${label.toLowerCase()}`} className="min-w-0">
      <div tabIndex={0} role="region" aria-label="Table of days" className="overflow-x-auto">
        <table className="w-full text-label">
          <thead className="border-b border-line text-micro text-fg-3">
            <tr className="h-7">
              <th className="text-left font-medium">{label}</th>
              <th className="num pl-4 font-medium">Spend $</th>
              <th className="num pl-4 font-medium">Share</th>
              <th className="num pl-4 font-medium">$ a day</th>
              <th className="num pl-4 font-medium">Days</th>
              <th className="num pl-4 font-medium">Last</th>
              <th className="num pl-4 font-medium">Calls</th>
              <th className="num pl-4 font-medium">Tokens</th>
              <th className="num pl-4 font-medium">Unpriced</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, MOST_LINES).map((line) => (
              <tr key={JSON.stringify(line.values)} className="h-8 border-b border-grid">
                <td className="max-w-80 min-w-32">
                  <button
                    type="button"
                    className="recorded cut block max-w-full text-left hover:underline"
                    title={`Traces of ${line.name} that are still there`}
                    onClick={() => open(filterOf(fields, line))}
                  >
                    {line.name}
                  </button>
                </td>
                <td className="num pl-4 font-medium">{formatAmount(line.cost)}</td>
                <td className="num pl-4">{formatShare(line.share, 1)}</td>
                <td className="num pl-4">{formatAmount(line.cost / line.days)}</td>
                <td className="num pl-4">{formatCount(line.days)}</td>
                <td className="num pl-4 whitespace-nowrap text-fg-2">{line.last.slice(0, 10)}</td>
                <td className="num pl-4">{formatCount(line.calls)}</td>
                <td className="num pl-4 text-fg-2">{formatCount(line.tokens)}</td>
                <td className={line.unpriced > 0 ? "num pl-4 text-warn" : "num pl-4 text-fg-3"}>
                  {formatCount(line.unpriced)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length > MOST_LINES && (
        <p className="pt-1 text-micro text-fg-3">
          and {plural(lines.length - MOST_LINES, "more value")}; all of them are in the sums above
        </p>
      )}
    </section>
  );
}

function filterOf(fields: readonly string[], line: DayLine): string {
  return fields
    .map((field, place) => (line.values[place] ? `${field}:${quote(line.values[place] ?? "")}` : `-has:${field}`))
    .join(" ");
}
