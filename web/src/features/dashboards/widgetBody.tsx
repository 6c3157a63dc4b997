/** What a widget shows of its answer: a chart over time, a number, bars, a table, or the worst segments. */

import {
  drillFilter,
  formatValue,
  type Group,
  groupsOf,
  isCount,
  isTimed,
  keyOf,
  measureLabel,
  type Row,
  segmentsOf,
  unitOf,
  type Widget,
} from "@/domain/dashboards";
import { formatCount } from "@/domain/format";
import { changeOf, changeText } from "@/domain/series";
import { cx } from "@/ui/classes";
import { OverTime } from "./overTime";
import { type BodyProps, usePageScope } from "./useWidget";

export function WidgetBody(props: BodyProps) {
  const { widget, answer } = props;
  if (!hasValues(answer.data, widget)) {
    return (
      <p className="grid h-full place-items-center px-4 text-center text-label text-fg-3">
        Nothing was recorded for this in the time range.
      </p>
    );
  }
  if (isTimed(widget)) return <OverTime {...props} />;
  if (widget.chart === "number") return <OneNumber {...props} />;
  if (widget.chart === "top") return <Bars {...props} />;
  if (widget.chart === "segments") return <Segments {...props} />;
  return <Values {...props} />;
}

function hasValues(rows: readonly Row[], widget: Widget): boolean {
  // Counted and found none is an answer; a mean of nothing is not.
  if (widget.chart === "number" && widget.measures.every(isCount)) return true;
  return rows.some((row) => widget.measures.some((measure) => typeof row[keyOf(measure)] === "number"));
}

function OneNumber({ widget, answer, before }: BodyProps) {
  const { onDrill, range, filter } = usePageScope();
  return (
    <div className="flex h-full flex-wrap items-center gap-x-6 gap-y-1">
      {widget.measures.map((measure) => {
        const now = numberIn(answer.data[0], keyOf(measure)) ?? (isCount(measure) ? 0 : null);
        const then = numberIn(before?.data[0], keyOf(measure));
        const change = changeOf(now, then);
        const worse =
          change !== null &&
          Math.abs(change) >= 0.1 &&
          widget.better !== "" &&
          change > 0 === (widget.better === "less");
        return (
          <button
            key={keyOf(measure)}
            type="button"
            disabled={!onDrill}
            className="flex items-baseline gap-2 text-left"
            onClick={() => onDrill?.(drillFilter(filter, widget, null), range.from, range.to)}
          >
            <span className="text-[22px] leading-7 font-semibold tracking-tight">
              {formatValue(unitOf(measure), now)}
            </span>
            {change !== null && (
              <span
                className={cx("text-label", worse ? "text-error" : "text-fg-3")}
                title={`${formatValue(unitOf(measure), then)} in the period of the same length before`}
              >
                {change > 0 ? "▲" : change < 0 ? "▼" : ""} {changeText(change)}
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}

function numberIn(row: Row | undefined, key: string): number | null {
  const value = row?.[key];
  return typeof value === "number" ? value : null;
}

function useDrill(widget: Widget) {
  const { onDrill, range, filter } = usePageScope();
  return onDrill
    ? (group: Group) => onDrill(drillFilter(filter, widget, group), range.from, range.to)
    : () => undefined;
}

function Name({ group, onOpen }: { group: Group; onOpen: (group: Group) => void }) {
  return (
    <button
      type="button"
      className={cx("recorded cut text-left hover:underline", group.values.every((value) => !value) && "text-fg-3")}
      title={group.name}
      onClick={() => onOpen(group)}
    >
      {group.name}
    </button>
  );
}

function Bars({ widget, answer, before }: BodyProps) {
  const [first] = widget.measures;
  const { compare } = usePageScope();
  const open = useDrill(widget);
  const groups = groupsOf(answer.data, widget);
  if (!first) return null;
  const measured = (group: Group | undefined) => numberIn(group?.rows[0], keyOf(first));
  const earlier = new Map(groupsOf(before?.data ?? [], widget).map((group) => [group.name, measured(group)]));
  const top = Math.max(0, ...groups.map((group) => measured(group) ?? 0));
  return (
    <Scroll label={widget.title}>
      <ul className="grid grid-cols-[minmax(0,38%)_1fr_auto] items-center gap-x-3 text-label">
        {groups
          .filter((group) => measured(group) !== null)
          .map((group) => (
            <li key={group.name} className="contents">
              <Name group={group} onOpen={open} />
              <span className="block h-3 rounded-bar bg-n3">
                <span
                  className="block h-full rounded-bar bg-[var(--series-1)]"
                  style={{ width: `${top > 0 ? (100 * (measured(group) ?? 0)) / top : 0}%` }}
                />
              </span>
              <span className="num h-6 leading-6">
                {formatValue(unitOf(first), measured(group))}
                {compare && <Change now={measured(group)} then={earlier.get(group.name) ?? null} />}
              </span>
            </li>
          ))}
      </ul>
    </Scroll>
  );
}

function Change({ now, then }: { now: number | null; then: number | null }) {
  const change = changeOf(now, then);
  return (
    <span className="inline-block w-16 text-fg-3">
      {change === null ? "" : `${change > 0 ? "▲" : change < 0 ? "▼" : ""} ${changeText(change)}`}
    </span>
  );
}

function Segments({ widget, answer }: BodyProps) {
  const [first] = widget.measures;
  const open = useDrill(widget);
  const segments = segmentsOf(answer.data, widget);
  if (!first) return null;
  const unit = unitOf(first);
  const top = Math.max(1e-9, ...segments.map(({ value, interval }) => interval?.high ?? value));
  const at = (value: number) => `${(100 * value) / top}%`;
  return (
    <Scroll label={widget.title}>
      <table className="w-full text-label">
        <thead className="text-micro text-fg-3">
          <tr>
            <th className="pb-1 text-left font-medium">{widget.dimensions.join(" · ")}</th>
            <th className="w-[34%] pb-1 text-left font-medium">95 % interval</th>
            <th className="num pb-1 font-medium">{measureLabel(first)}</th>
            <th className="num pb-1 pl-3 font-medium">Cases</th>
          </tr>
        </thead>
        <tbody>
          {segments.map(({ group, value, cases, interval }) => (
            <tr key={group.name} className="h-6">
              <td className="max-w-0 pr-3">
                <span className="flex">
                  <Name group={group} onOpen={open} />
                </span>
              </td>
              <td>
                <span className="relative block h-3">
                  {interval && (
                    <span
                      className="absolute top-1 h-1 rounded-bar bg-[var(--n-6)]"
                      style={{ left: at(interval.low), width: at(interval.high - interval.low) }}
                    />
                  )}
                  <span
                    className="absolute top-0 h-3 w-[3px] rounded-bar bg-[var(--series-1)]"
                    style={{ left: at(value) }}
                  />
                </span>
              </td>
              <td
                className="num"
                title={
                  interval ? `${formatValue(unit, interval.low)} to ${formatValue(unit, interval.high)}` : "no interval"
                }
              >
                {formatValue(unit, value)}
              </td>
              <td className="num pl-3 text-fg-2">{formatCount(cases)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Values({ widget, answer }: BodyProps) {
  const open = useDrill(widget);
  const groups = groupsOf(answer.data, widget);
  return (
    <Scroll label={widget.title}>
      <table className="w-full text-label">
        <thead className="text-micro text-fg-3">
          <tr>
            <th className="pb-1 text-left font-medium">{widget.dimensions.join(" · ") || "All"}</th>
            {widget.measures.map((measure) => (
              <th key={keyOf(measure)} className="num pb-1 pl-3 font-medium">
                {measureLabel(measure)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.name} className="h-6 border-t border-grid">
              <td className="max-w-0 pr-3">
                <span className="flex">
                  <Name group={group} onOpen={open} />
                </span>
              </td>
              {widget.measures.map((measure) => (
                <td key={keyOf(measure)} className="num pl-3">
                  {formatValue(unitOf(measure), numberIn(group.rows[0], keyOf(measure)))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Scroll({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div tabIndex={0} role="region" aria-label={`Values of ${label}`} className="h-full overflow-auto">
      {children}
    </div>
  );
}
