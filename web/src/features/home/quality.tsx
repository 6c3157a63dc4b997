/** Is quality moving, and where: each score over time, and the slices that differ from everybody else, with intervals. */

import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { PageSearch } from "@/domain/address";
import { carried } from "@/domain/address";
import { quote } from "@/domain/filterText";
import { formatCount, formatScore } from "@/domain/format";
import { differenceInterval, type Interval, meanInterval, restOf, verdict } from "@/domain/interval";
import { pointsOf } from "@/domain/series";
import { absoluteRange, INTERVAL_MS } from "@/domain/timeRange";
import { useAddress } from "@/ui/address";
import { Segments } from "@/ui/controls";
import { TimeChart } from "@/ui/timeChart";
import { isLowScore, ScoreValue } from "@/ui/values";
import { Panel } from "./panel";
import { type HomeState, type ScorePoint, SLICES, scorePoint, useQuality } from "./useHome";

interface Slice {
  field: string;
  value: string;
  point: ScorePoint;
  interval: Interval;
  difference: Interval;
  gap: number;
}

const MOST = 7;
const LEAST_COUNT = 5;

export function Quality({ home }: { home: HomeState }) {
  const [name, setName] = useScoreName(home);
  const quality = useQuality(name, home);
  const whole = name ? scorePoint(quality.whole.data?.data[0], name) : null;
  const slices = useMemo(
    () =>
      name && whole
        ? findSlices(
            name,
            whole,
            quality.slices.map((slice) => slice.data?.data ?? []),
          )
        : [],
    [name, whole, quality.slices],
  );
  const interval = whole && meanInterval(whole.mean, whole.count);
  return (
    <>
      <Panel
        question="Is quality moving?"
        className="border-b wide:pr-6 broad:border-r broad:border-b-0"
        note={
          whole && (
            <>
              {name} {formatScore(whole.mean)}
              {interval && ` (${formatScore(interval.low)} – ${formatScore(interval.high)})`},{" "}
              {formatCount(whole.count)} scores
            </>
          )
        }
      >
        {home.names.length === 0 ? (
          <p className="max-w-[56ch] text-label text-fg-2">
            Nothing is scored in this time range. Send feedback or scores with{" "}
            <code className="mono">POST /api/v1/scores</code>, or add one on any span.
          </p>
        ) : (
          <>
            {home.names.length > 1 && name && (
              <Segments
                label="Score"
                value={name}
                options={home.names.map((each) => ({ value: each, label: each }))}
                onChange={setName}
              />
            )}
            {name && <ScoreOverTime name={name} home={home} rows={quality.series.data?.data ?? []} />}
          </>
        )}
      </Panel>
      <Panel
        question="Why?"
        className="wide:pl-0 broad:pl-6"
        note={name ? `where ${name} differs from everybody else, 95 % interval` : undefined}
      >
        {slices.length > 0 && name ? (
          <Slices slices={slices} search={home.search} />
        ) : (
          <p className="text-label text-fg-2">
            {name
              ? "No release, feature, tier, model or prompt variant stands out from the others."
              : "Once something is scored, the parts of the traffic that differ are listed here."}
          </p>
        )}
      </Panel>
    </>
  );
}

/** The score that the address names, else the one that was first to look at: new scores never change what is on the screen. */
function useScoreName({ names, search }: HomeState): [string | undefined, (name: string) => void] {
  const [, setSearch] = useAddress();
  const [first, setFirst] = useState<string>();
  if (first === undefined && names[0] !== undefined) setFirst(names[0]);
  const name = [search.score, first].find((each) => each !== undefined && names.includes(each)) ?? names[0];
  return [name, (score) => setSearch({ score })];
}

function ScoreOverTime({
  name,
  home,
  rows,
}: {
  name: string;
  home: HomeState;
  rows: readonly Record<string, unknown>[];
}) {
  const navigate = useNavigate();
  const series = useMemo(
    () => [
      {
        name,
        colour: "--series-2",
        kind: "line" as const,
        points: pointsOf(rows, `score:${name}_avg`, home.range, home.interval, null),
      },
    ],
    [rows, name, home.range, home.interval],
  );
  const top = Math.max(0, ...series.flatMap((each) => each.points).map(([, value]) => value ?? 0));
  return (
    <TimeChart
      label={`${name} over time`}
      series={series}
      from={home.range.from}
      to={home.range.to}
      format={formatScore}
      max={top <= 1 ? 1 : undefined}
      marks={home.marks}
      onPick={(time) => {
        const start = Math.floor(time / INTERVAL_MS[home.interval]) * INTERVAL_MS[home.interval];
        const range = absoluteRange(start, start + INTERVAL_MS[home.interval]);
        void navigate({ to: "/traces", search: { ...carried(home.search), ...range } });
      }}
    />
  );
}

function findSlices(
  name: string,
  whole: ScorePoint,
  answers: readonly (readonly Record<string, unknown>[])[],
): Slice[] {
  const found: Slice[] = [];
  answers.forEach((rows, index) => {
    const field = SLICES[index];
    if (!field) return;
    for (const row of rows) {
      const value = String(row[field] ?? "");
      const point = scorePoint(row as never, name);
      if (!value || !point || point.count < LEAST_COUNT) continue;
      const rest = restOf(whole, point);
      const interval = meanInterval(point.mean, point.count);
      const difference = rest && differenceInterval(point, rest);
      if (rest && interval && difference)
        found.push({ field, value, point, interval, difference, gap: point.mean - rest.mean });
    }
  });
  return found
    .filter((slice) => verdict(slice.difference) === "lower")
    .sort((a, b) => a.gap - b.gap)
    .slice(0, MOST);
}

function Slices({ slices, search }: { slices: readonly Slice[]; search: PageSearch }) {
  return (
    <ul>
      {slices.map((slice) => (
        <li key={`${slice.field}${slice.value}`}>
          <Link
            to="/traces"
            search={{ ...carried(search), filter: `${slice.field}:${quote(slice.value)}` }}
            className="grid h-8 grid-cols-[minmax(0,1.4fr)_minmax(80px,1fr)_52px_110px_70px] items-center gap-3 border-b border-grid text-label hover:bg-hover max-wide:grid-cols-[minmax(0,1fr)_52px_100px]"
          >
            <span className="recorded cut">
              <span className="text-fg-3">{slice.field.replaceAll("_", " ")}</span> {slice.value.slice(0, 60)}
            </span>
            <Whisker slice={slice} />
            <span className="num">
              <ScoreValue text={formatScore(slice.point.mean)} low={isLowScore(slice.point.mean)} />
            </span>
            <span className="num text-error" title="difference from everybody else">
              {formatDifference(slice.difference.low)} … {formatDifference(slice.difference.high)}
            </span>
            <span className="num text-fg-3 max-wide:hidden">n {formatCount(slice.point.count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function formatDifference(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

function Whisker({ slice }: { slice: Slice }) {
  const at = (value: number) => `${value * 100}%`;
  const rest = slice.point.mean - slice.gap;
  return (
    <span className="relative block h-3 max-wide:hidden" aria-hidden="true">
      <i className="absolute top-[5.5px] h-px w-full bg-line" />
      <i className="absolute top-0 h-3 w-px bg-fg-3" style={{ left: at(rest) }} title="everybody else" />
      <i
        className="absolute top-[5px] h-0.5 bg-error"
        style={{ left: at(slice.interval.low), width: at(slice.interval.high - slice.interval.low) }}
      />
      <i
        className="absolute top-[3px] size-1.5 -translate-x-1/2 rounded-full bg-error"
        style={{ left: at(slice.point.mean) }}
      />
    </span>
  );
}
