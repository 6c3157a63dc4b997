/** Home answers four questions: what happened, what it cost, is quality moving, why. Every answer is a link. */

import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { OUTCOMES } from "@/api/types";
import { carried } from "@/domain/address";
import { quote } from "@/domain/filterText";
import { formatAxisMoney, formatCompact, formatCount, formatDuration, formatMoney, formatShare } from "@/domain/format";
import { groupsOf, pointsOf } from "@/domain/series";
import { absoluteRange, INTERVAL_MS } from "@/domain/timeRange";
import { PageHeader } from "@/features/frame/pageHeader";
import { NoTraces } from "@/features/traces/noTraces";
import { SkeletonRows, StaleNotice, useLate } from "@/ui/states";
import { TimeChart } from "@/ui/timeChart";
import { Latest } from "./latest";
import { Figure, Panel } from "./panel";
import { Quality } from "./quality";
import { comparable, ended, type HomeState, useHome } from "./useHome";

export default function HomePage() {
  const home = useHome();
  const waiting = useLate(home.totals.isPending);
  const totals = home.totals.data?.data[0];
  const nothing = home.totals.data !== undefined && !number(totals?.traces_count);
  return (
    <>
      <PageHeader title="Home" />
      <StaleNotice error={home.totals.error} onRetry={() => void home.totals.refetch()} />
      {waiting && <SkeletonRows rows={8} height={48} />}
      {nothing && <NoTraces filtered={Boolean(home.search.env)} onClear={() => undefined} />}
      {home.totals.data && !nothing && (
        <div tabIndex={0} role="region" aria-label="Answers" className="min-h-0 flex-1 overflow-y-auto px-4 wide:px-6">
          <div className="mx-auto grid max-w-[1560px] broad:grid-cols-2">
            <Happened home={home} />
            <Costs home={home} />
            <Quality home={home} />
          </div>
          <Latest home={home} />
        </div>
      )}
    </>
  );
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function useToTraces(home: HomeState) {
  const navigate = useNavigate();
  const { search, interval } = home;
  return useCallback(
    (time: number) => {
      const start = Math.floor(time / INTERVAL_MS[interval]) * INTERVAL_MS[interval];
      void navigate({
        to: "/traces",
        search: { ...carried(search), ...absoluteRange(start, start + INTERVAL_MS[interval]) },
      });
    },
    [navigate, search, interval],
  );
}

const OUTCOME_COLOURS = { success: "--series-1", error: "--error", refused: "--refused" };

function Happened({ home }: { home: HomeState }) {
  const now = home.totals.data?.data[0] ?? {};
  const before = comparable(home.previous.data?.data);
  const rows = home.outcomes.data?.data;
  const toTraces = useToTraces(home);
  const series = useMemo(
    () =>
      OUTCOMES.map((outcome) => ({
        name: outcome,
        colour: OUTCOME_COLOURS[outcome],
        kind: "bar" as const,
        stack: "outcome",
        points: pointsOf(
          (rows ?? []).filter((row) => row.outcome === outcome),
          "traces_count",
          home.range,
          home.interval,
          0,
        ),
      })),
    [rows, home.range, home.interval],
  );
  const traces = number(now.traces_count);
  const errors = ended(rows, "error");
  const refusals = ended(rows, "refused");
  const figure = (key: string) => ({ now: number(now[key]), before: number(before[key]) });
  const search = carried(home.search);
  return (
    <Panel
      question="What happened?"
      className="border-b broad:border-r broad:pr-6"
      note={`${formatCount(number(now.users_uniq))} users`}
    >
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Figure
          label="Traces"
          {...figure("traces_count")}
          value={
            <Link to="/traces" search={search} className="hover:text-accent-fg">
              {formatCount(traces)}
            </Link>
          }
        />
        <Figure
          label="With an error"
          now={errors}
          before={before.traces_count ? ended(home.previousEnds.data?.data, "error") : null}
          more="bad"
          value={
            <Link to="/traces" search={{ ...search, filter: "outcome:error" }} className="hover:text-accent-fg">
              {formatCount(errors)}{" "}
              <span className="text-label font-normal text-fg-3">{formatShare(errors ?? 0, traces ?? 0)}</span>
            </Link>
          }
        />
        <Figure
          label="Refused"
          now={refusals}
          before={before.traces_count ? ended(home.previousEnds.data?.data, "refused") : null}
          more="bad"
          value={
            <Link to="/traces" search={{ ...search, filter: "outcome:refused" }} className="hover:text-accent-fg">
              {formatCount(refusals)}{" "}
              <span className="text-label font-normal text-fg-3">{formatShare(refusals ?? 0, traces ?? 0)}</span>
            </Link>
          }
        />
        <Figure
          label="Duration, p95"
          {...figure("duration_p95")}
          more="bad"
          value={
            <Link to="/traces" search={{ ...search, order: "-duration" }} className="hover:text-accent-fg">
              {formatDuration(number(now.duration_p95))}
            </Link>
          }
        />
      </dl>
      <TimeChart
        label="Traces over time by outcome"
        series={series}
        from={home.range.from}
        to={home.range.to}
        format={formatCompact}
        marks={home.marks}
        onPick={toTraces}
      />
    </Panel>
  );
}

const SERIES_COLOURS = [
  "--series-1",
  "--series-2",
  "--series-3",
  "--series-4",
  "--series-5",
  "--series-6",
  "--series-7",
];

function Costs({ home }: { home: HomeState }) {
  const now = home.totals.data?.data[0] ?? {};
  const before = comparable(home.previous.data?.data);
  const rows = home.costs.data?.data;
  const toTraces = useToTraces(home);
  const models = useMemo(() => groupsOf(rows ?? [], "model", "cost_sum", 6).filter((model) => model.total > 0), [rows]);
  const series = useMemo(
    () =>
      models.map((model, index) => ({
        name: model.name,
        colour: model.name === "other" ? "--series-other" : (SERIES_COLOURS[index] ?? "--series-other"),
        kind: "bar" as const,
        stack: "model",
        points: pointsOf(model.rows, "cost_sum", home.range, home.interval, 0),
      })),
    [models, home.range, home.interval],
  );
  const features = groupsOf(home.features.data?.data ?? [], "feature", "cost_sum", 4).filter(
    (feature) => feature.total > 0,
  );
  const search = carried(home.search);
  const total = number(now.cost_sum);
  return (
    <Panel
      question="What did it cost?"
      className="border-b broad:pl-6"
      note={`${formatCompact(number(now.tokens_sum) ?? 0)} tokens`}
    >
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Figure
          label="Cost"
          now={total}
          before={number(before.cost_sum)}
          more="bad"
          value={
            <Link to="/traces" search={{ ...search, order: "-cost" }} className="hover:text-accent-fg">
              {formatMoney(total)}
            </Link>
          }
        />
        {features.slice(0, 3).map((feature) => (
          <Figure
            key={feature.name}
            label={feature.name}
            value={
              <Link
                to="/traces"
                search={{
                  ...search,
                  filter:
                    feature.name === "not named" || feature.name === "other"
                      ? undefined
                      : `feature:${quote(feature.name)}`,
                  order: "-cost",
                }}
                className="hover:text-accent-fg"
              >
                {formatMoney(feature.total)}{" "}
                <span className="text-label font-normal text-fg-3">{formatShare(feature.total, total ?? 0)}</span>
              </Link>
            }
          />
        ))}
      </dl>
      <TimeChart
        label="Cost over time by model"
        series={series}
        from={home.range.from}
        to={home.range.to}
        format={formatAxisMoney}
        marks={home.marks}
        onPick={toTraces}
      />
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-label">
        {models.map((model, index) => (
          <li key={model.name} className="flex min-w-0 items-center gap-1.5">
            <i className="size-2 rounded-[2px]" style={{ background: `var(${series[index]?.colour})` }} />
            <Link
              to="/traces"
              search={{
                ...search,
                filter: model.name === "other" || model.name === "not named" ? undefined : `model:${quote(model.name)}`,
              }}
              className="recorded cut max-w-[200px] hover:text-accent-fg"
            >
              {model.name}
            </Link>
            <span className="text-fg-3">{formatMoney(model.total)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
