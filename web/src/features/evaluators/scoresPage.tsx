/** Score analytics: one score, whoever gives it: distribution, time, segments, and judges against people. All state is in the address. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChartNoAxesColumn } from "lucide-react";
import { useMemo } from "react";
import { scoreNamesQuery } from "@/api/metrics";
import { type Matrix, type ScoreView, scoreViewQuery, type Voice } from "@/api/scoreViews";
import { carried } from "@/domain/address";
import { estimateText } from "@/domain/evaluators";
import { formatCount, formatScore, oneLine, parseTime } from "@/domain/format";
import { seriesOf, shares, voiceColour, voiceName } from "@/domain/scoreViews";
import { PageHeader } from "@/features/frame/pageHeader";
import { listQueryOf, useAddress } from "@/ui/address";
import { Select } from "@/ui/controls";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { TimeChart } from "@/ui/timeChart";
import { Bars, Words } from "./distribution";
import { MeansTable } from "./meansTable";
import { SegmentField } from "./segmentField";

export default function ScoresPage() {
  const [search, patch] = useAddress();
  const { from, to } = listQueryOf(search);
  const names = useQuery(scoreNamesQuery());
  const name = search.q ?? names.data?.at(0) ?? "";
  const segment = search.with ?? "";
  const query = useQuery(scoreViewQuery(name, { from, to }, segment));
  const waiting = useLate(query.isPending && name !== "");
  const options = [...new Set([name, ...(names.data ?? [])])].filter(Boolean);
  return (
    <>
      <PageHeader title="Scores" />
      {names.data?.length === 0 ? (
        <Empty icon={ChartNoAxesColumn} title="No scores yet">
          Evaluators, people, users and code give scores; each name of them is read here.
        </Empty>
      ) : (
        <div className="flex min-h-0 flex-1 flex-col">
          <div className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2 wide:px-4">
            <label className="flex items-center gap-2 text-label text-fg-2">
              Score
              <Select
                value={name}
                className="max-w-64"
                options={options.map((each) => [each, oneLine(each, 60)] as const)}
                onChange={(q) => patch({ q })}
              />
            </label>
            <SegmentField value={segment} onChange={(value) => patch({ with: value || null }, { replace: true })} />
          </div>
          {query.error && <Problem error={query.error} what="The analysis" onRetry={() => void query.refetch()} />}
          {waiting && <SkeletonRows rows={8} />}
          {query.data && !query.error && <View view={query.data} segment={segment} />}
        </div>
      )}
    </>
  );
}

function View({ view, segment }: { view: ScoreView; segment: string }) {
  const series = useMemo(() => seriesOf(view), [view]);
  if (view.voices.length === 0)
    return <p className="p-4 text-fg-2">No score of this name in this time range; choose a longer one.</p>;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-8 overflow-y-auto p-3 wide:p-4">
      {!view.complete && (
        <p className="text-label text-warn">There are more scores than one analysis reads; narrow the time range.</p>
      )}
      <section aria-label="Means">
        <Heading>Who says what</Heading>
        <VoicesTable voices={view.voices} />
      </section>
      {series.length > 0 && (
        <section aria-label="Over time">
          <Heading>
            Over time <Hint>by when they were given; dashed: the 95 % interval</Hint>
          </Heading>
          <TimeChart
            label={`${view.name} over time`}
            series={series}
            from={parseTime(view.start)}
            to={parseTime(view.end)}
            format={(value) => formatScore(value)}
            height={190}
            {...(view.low === 0 && view.high === 1 ? { max: 1 } : {})}
          />
        </section>
      )}
      <section aria-label="Distribution">
        <Heading>
          Distribution <Hint>weighted by how each case was drawn</Hint>
        </Heading>
        <div className="flex flex-wrap gap-x-8 gap-y-4">
          {view.voices.map((voice, place) => (
            <Figure key={voice.key} voice={voice} view={view} colour={voiceColour(place)} />
          ))}
        </div>
      </section>
      {segment && (
        <section aria-label="Segments">
          <Heading>By {segment}</Heading>
          <div className="flex flex-col gap-4">
            {view.voices.map((voice) => {
              const mine = view.segments.filter((each) => each.voice === voice.key).map(({ mean }) => mean);
              return mine.length === 0 ? null : (
                <div key={voice.key}>
                  <h3 className="recorded mb-1 text-label font-medium text-fg-2">{oneLine(voiceName(voice), 60)}</h3>
                  <MeansTable means={mine} label={`Means by ${segment}: ${voiceName(voice)}`} />
                </div>
              );
            })}
          </div>
        </section>
      )}
      <section aria-label="Judges against people">
        <Heading>
          Judges against people <Hint>all labels that there are, whatever the time range</Hint>
        </Heading>
        {view.against_people.length === 0 ? (
          <p className="max-w-[80ch] text-label text-fg-2">
            No case has a verdict of an evaluator and of people. Score some of the same traces under this name, in an
            annotation queue.
          </p>
        ) : (
          <div className="flex flex-wrap gap-x-10 gap-y-6">
            {view.against_people.map((found) => (
              <MatrixTable key={found.evaluator} found={found} />
            ))}
          </div>
        )}
      </section>
    </div>
  );
}

function Heading({ children }: { children: React.ReactNode }) {
  return <h2 className="mb-2 text-body font-medium">{children}</h2>;
}

function Hint({ children }: { children: React.ReactNode }) {
  return <span className="ml-2 text-label font-normal text-fg-3">{children}</span>;
}

function VoicesTable({ voices }: { voices: readonly Voice[] }) {
  return (
    <div className="overflow-x-auto">
      <table aria-label="Who says what" className="w-full max-w-[980px] text-label">
        <thead>
          <tr className="border-b border-line text-left text-fg-2">
            <th className="py-1 pr-4 font-medium">Given by</th>
            <th className="py-1 pr-4 font-medium">Raw mean</th>
            <th className="py-1 pr-4 font-medium">Corrected by labels</th>
            <th className="py-1 pr-4 text-right font-medium">Missing</th>
            <th className="py-1 text-right font-medium">Refused</th>
          </tr>
        </thead>
        <tbody>
          {voices.map((voice, place) => (
            <tr key={voice.key} className="border-b border-line">
              <th className="py-1.5 pr-4 text-left font-medium whitespace-nowrap">
                <span
                  aria-hidden="true"
                  className="mr-2 inline-block size-2 rounded-full"
                  style={{ background: `var(${voiceColour(place)})` }}
                />
                {voice.evaluator ? (
                  <Link
                    to="/evaluators/$id"
                    params={{ id: voice.evaluator }}
                    search={(old) => carried(old)}
                    className="recorded link"
                  >
                    {oneLine(voiceName(voice), 60)}
                  </Link>
                ) : (
                  voiceName(voice)
                )}
              </th>
              <td className="num py-1.5 pr-4 text-left whitespace-nowrap text-fg-2">{estimateText(voice.mean.raw)}</td>
              <td className="num py-1.5 pr-4 text-left whitespace-nowrap">
                {voice.evaluator
                  ? voice.mean.corrected
                    ? estimateText(voice.mean.corrected)
                    : "cannot tell yet"
                  : "–"}
              </td>
              <td className="num py-1.5 pr-4 text-right">{formatCount(voice.mean.missing)}</td>
              <td className="num py-1.5 text-right">{formatCount(voice.refused)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Figure({ voice, view, colour }: { voice: Voice; view: ScoreView; colour: string }) {
  const words = Object.entries(voice.words);
  if (voice.bins.length === 0 && words.length === 0) return null;
  return (
    <figure>
      <figcaption className="recorded mb-1 text-label text-fg-2">{oneLine(voiceName(voice), 60)}</figcaption>
      {voice.bins.length > 0 && (
        <Bars counts={voice.bins} low={view.low} high={view.high} label={voiceName(voice)} colour={`var(${colour})`} />
      )}
      {words.length > 0 && <Words counts={words} colour={`var(${colour})`} />}
    </figure>
  );
}

function MatrixTable({ found }: { found: Matrix }) {
  const dark = shares(found.counts);
  return (
    <div>
      <h3 className="recorded mb-1 text-label font-medium text-fg-2">{oneLine(found.name, 60)}</h3>
      <table aria-label={`${found.name} against people`} className="text-label">
        <thead>
          <tr className="text-fg-2">
            <th className="py-1 pr-3 text-left font-normal text-fg-3">judge ↓ people →</th>
            {found.labels.map((label) => (
              <th key={label} scope="col" className="recorded px-3 text-right font-medium">
                {oneLine(label, 24)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.labels.map((label, row) => (
            <tr key={label}>
              <th scope="row" className="recorded py-1 pr-3 text-left font-medium text-fg-2">
                {oneLine(label, 24)}
              </th>
              {found.labels.map((other, column) => (
                <td
                  key={other}
                  className={`num border border-line px-3 text-right ${row === column ? "font-medium" : ""}`}
                  style={{
                    background: `color-mix(in oklch, var(--accent) ${Math.round(28 * (dark[row]?.[column] ?? 0))}%, transparent)`,
                  }}
                >
                  {formatCount(found.counts[row]?.[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 text-label">
        <dt className="text-fg-2">Agreement</dt>
        <dd className="num text-left">{estimateText(found.agreement)}</dd>
        <dt className="text-fg-2">Cohen's κ</dt>
        <dd className="num text-left">{estimateText(found.kappa)}</dd>
      </dl>
      {found.undecided > 0 && (
        <p className="text-label text-fg-3">
          On {formatCount(found.undecided)} more people are evenly divided; they are in no cell.
        </p>
      )}
    </div>
  );
}
