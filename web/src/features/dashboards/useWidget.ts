/** The answer of a widget, of its range and of the range before, asked for once the widget is on the screen. */

import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { EChartsType } from "echarts/core";
import { createContext, type RefObject, useContext, useEffect, useState } from "react";
import { sharedWidgetQuery, type WidgetAnswer, widgetQuery } from "@/api/dashboards";
import { askedFrom, askedMeasures, both, intervalOf, isTimed, type Mark, type Widget } from "@/domain/dashboards";
import { type Interval, intervalFor } from "@/domain/timeRange";

/** What all widgets of a page have in common. */
export interface PageScope {
  range: { from: number; to: number };
  /** As in the address: relative ranges stay relative, so that answers are kept while the clock moves on. */
  from: string;
  to: string;
  filter: string;
  compare: boolean;
  marks: readonly Mark[];
  /** Set on a page that is seen through a link. */
  token: string | null;
  onBrush: ((from: number, to: number) => void) | undefined;
  onDrill: ((filter: string, from: number, to: number) => void) | undefined;
}

export const ScopeContext = createContext<PageScope | null>(null);

export function usePageScope(): PageScope {
  const scope = useContext(ScopeContext);
  if (!scope) throw new Error("A widget stands outside of a page with a range");
  return scope;
}

/** What is drawn of an answer. */
export interface BodyProps {
  widget: Widget;
  answer: WidgetAnswer;
  before: WidgetAnswer | undefined;
  height: number;
  onChart?: (chart: EChartsType) => void;
}

/** Points of one chart. */
const MOST_POINTS = 100;

export function useInterval(widget: Widget): Interval {
  const { range } = usePageScope();
  return intervalOf(widget, intervalFor(range.from, range.to, MOST_POINTS));
}

export interface WidgetState {
  now: UseQueryResult<WidgetAnswer>;
  before: UseQueryResult<WidgetAnswer>;
}

export function useWidget(widget: Widget, seen: boolean): WidgetState {
  const scope = usePageScope();
  const interval = useInterval(widget);
  const width = scope.range.to - scope.range.from;
  // Ranges that the page did not spell itself are rounded, so that an answer lasts a minute.
  const start = Math.floor(scope.range.from / 60_000) * 60_000;
  const from = widget.smooth > 1 && isTimed(widget) ? iso(askedFrom(widget, start, interval)) : scope.from;
  const compared = scope.compare || widget.chart === "number";
  const now = useQuery({ ...queryOf(widget, scope, interval, from, scope.to), enabled: seen && usable(widget) });
  const before = useQuery({
    ...queryOf(widget, scope, interval, iso(start - width), iso(start)),
    enabled: seen && compared && usable(widget),
  });
  return { now, before };
}

const iso = (time: number) => new Date(time).toISOString();

const usable = (widget: Widget) => widget.measures.length > 0 && widget.measures.every((one) => one.measure);

function queryOf(widget: Widget, scope: PageScope, interval: Interval, from: string, to: string) {
  const asked = isTimed(widget) ? interval : null;
  if (scope.token !== null) {
    // Both give the same kind of answer; their keys differ.
    return sharedWidgetQuery(scope.token, widget.id, { from, to, interval: asked }) as unknown as ReturnType<
      typeof widgetQuery
    >;
  }
  return widgetQuery({
    measures: askedMeasures(widget),
    dimensions: widget.dimensions,
    interval: asked,
    from,
    to,
    filter: both(scope.filter, widget.filter),
    series: widget.series,
  });
}

/** Whether the element has been near the screen once: what nobody scrolls to is never asked for. */
export function useSeen(ref: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element || seen) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
      },
      { rootMargin: "160px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, seen]);
  return seen;
}
