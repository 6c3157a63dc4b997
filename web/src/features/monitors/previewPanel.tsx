/** What a rule would have done: the value over time with its bound, and each time that it would have fired. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ApiProblem } from "@/api/client";
import { type Preview, previewQuery, type Rule } from "@/api/monitors";
import { formatCount, plural } from "@/domain/format";
import { formatValue } from "@/domain/monitors";
import { Segments } from "@/ui/controls";
import { useLate } from "@/ui/states";
import { type Series, TimeChart } from "@/ui/timeChart";
import { Clock } from "@/ui/values";

const MOST_SERIES = 6;
const DAYS = [
  { value: "7", label: "7 d" },
  { value: "30", label: "30 d" },
  { value: "60", label: "60 d" },
] as const;

export function PreviewPanel({ rule }: { rule: Rule }) {
  const [days, setDays] = useState<(typeof DAYS)[number]["value"]>("30");
  const query = useQuery(previewQuery(rule, Number(days)));
  const waiting = useLate(query.isFetching, 300);
  const preview = query.data;
  return (
    <section aria-label="On the past" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h2>On the past</h2>
        <Segments label="How far back" value={days} options={DAYS} onChange={setDays} />
        {waiting && <span className="text-label text-fg-3">looking…</span>}
      </div>
      {query.error && (
        <p role="alert" className="recorded text-label text-error">
          {query.error instanceof ApiProblem && query.error.detail ? query.error.detail : query.error.message}
        </p>
      )}
      {preview && !query.error && <Result rule={rule} preview={preview} />}
    </section>
  );
}

function Result({ rule, preview }: { rule: Rule; preview: Preview }) {
  const series = useMemo(() => seriesOf(preview), [preview]);
  const times = preview.points.map(({ time }) => Date.parse(time));
  return (
    <>
      <p className="text-label">
        <b className="font-medium">
          {preview.firings.length === 0
            ? `It would not have fired in the last ${preview.days} days.`
            : `It would have fired ${plural(preview.firings.length, "time")} in the last ${preview.days} days.`}
        </b>{" "}
        <span className="text-fg-2">
          {preview.cases > 0 && `Typically n = ${formatCount(preview.cases)} at a look. `}
          {preview.least_effect !== null &&
            `The smallest lasting change that it finds: about ${formatValue(rule, preview.least_effect)}.`}
        </span>
      </p>
      {series.length > 0 && times.length > 1 && (
        <TimeChart
          label="The value over time, and its bound"
          series={series}
          from={Math.min(...times)}
          to={Math.max(...times)}
          height={180}
          format={(value) => formatValue(rule, value)}
          marks={preview.firings.slice(0, 20).map(({ start }) => ({ time: Date.parse(start), label: "fires" }))}
        />
      )}
      <ul aria-label="Would have fired">
        {preview.firings.slice(0, 50).map((firing) => (
          <li
            key={`${firing.segment} ${firing.start}`}
            className="flex flex-wrap gap-x-4 border-b border-grid py-1.5 text-label"
          >
            <span className="w-52 shrink-0 text-fg-2">
              <Clock time={firing.start} clock="full" />
            </span>
            <span className="recorded min-w-0 flex-1">{firing.text}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The segments with the most points, and the bound where there is one segment only. */
function seriesOf(preview: Preview): Series[] {
  const names = [...new Set(preview.points.map(({ segment }) => segment))];
  const fired = new Set(preview.firings.map(({ segment }) => segment));
  const shown = names.sort((a, b) => Number(fired.has(b)) - Number(fired.has(a))).slice(0, MOST_SERIES);
  const lines = shown.map(
    (name, place): Series => ({
      name: name || "value",
      colour: `--series-${place + 1}`,
      kind: "line",
      points: preview.points
        .filter(({ segment }) => segment === name)
        .map(({ time, value }) => [Date.parse(time), value]),
    }),
  );
  const [only] = shown;
  if (shown.length !== 1 || only === undefined) return lines;
  const bounds = preview.points.filter(({ segment, bound }) => segment === only && bound !== null);
  return bounds.length === 0
    ? lines
    : [
        ...lines,
        {
          name: "bound",
          colour: "--error",
          kind: "line",
          faint: true,
          points: bounds.map(({ time, bound }) => [Date.parse(time), bound]),
        },
      ];
}
