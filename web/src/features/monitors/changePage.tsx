/** One change: what it was, which traffic it touched and how much of it, and what was before and after. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ChangeFile, changeQuery, impactQuery } from "@/api/changes";
import { carried } from "@/domain/address";
import { reachWords, stateWords } from "@/domain/changes";
import { formatCount } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Badge, Segments, Select, Stat } from "@/ui/controls";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age, Clock } from "@/ui/values";
import { ImpactTable } from "./impactTable";
import { JudgingList } from "./judgingList";
import { actorName } from "./parts";

const WINDOWS = [
  { value: "1", label: "1 h" },
  { value: "6", label: "6 h" },
  { value: "24", label: "1 d" },
  { value: "168", label: "7 d" },
] as const;
type Hours = (typeof WINDOWS)[number]["value"];

const DIMENSIONS = [
  ["", "all traffic"],
  ["feature", "feature"],
  ["user_tier", "user tier"],
  ["model", "model"],
  ["prompt_name", "prompt"],
  ["release", "release"],
  ["environment", "environment"],
] as const;

export default function ChangePage() {
  const { changeId } = useParams({ strict: false }) as { changeId: string };
  const query = useQuery(changeQuery(changeId));
  const waiting = useLate(query.isPending);
  const change = query.data;
  return (
    <>
      <PageHeader
        title={change?.title ?? "Change"}
        timeless
        crumbs={
          <span className="flex min-w-0 items-center gap-1.5">
            <Link to="/changes" search={(old) => carried(old)} className="text-fg-2 hover:text-fg">
              Changes
            </Link>
            <span className="text-fg-3">/</span>
            <span className="recorded cut font-medium">{change?.title ?? "…"}</span>
          </span>
        }
      />
      {query.error && !change && <Problem error={query.error} what="The change" onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows />}
      {change && (
        <div
          tabIndex={0}
          role="region"
          aria-label="Change"
          className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-4 py-4 wide:px-6"
        >
          <Facts change={change} />
          <Touched change={change} />
          {change.judging.length > 0 && <JudgingList judging={change.judging} />}
          {change.filter !== null && <BeforeAndAfter change={change} filter={change.filter} />}
        </div>
      )}
    </>
  );
}

function Moment({ time }: { time: string }) {
  return (
    <span className="whitespace-nowrap">
      <Clock time={time} clock="date" /> <Clock time={time} clock="minute" />
    </span>
  );
}

function Facts({ change }: { change: ChangeFile }) {
  const [before, after] = [stateWords(change.before), stateWords(change.after)];
  return (
    <dl className="flex flex-wrap items-start gap-x-6 gap-y-2">
      <Stat label="Kind">
        <Badge>{change.kind.replaceAll("_", " ")}</Badge>
      </Stat>
      <Stat label="When">
        <Clock time={change.time} clock="full" />{" "}
        <span className="font-normal text-fg-3">
          <Age time={change.time} ago />
        </span>
      </Stat>
      {change.actor && <Stat label="By">{actorName(change.actor)}</Stat>}
      {(before || after) && (
        <div className="flex min-w-0 flex-col">
          <dt className="text-micro text-fg-3">Before → after</dt>
          <dd className="mono-s recorded min-w-0 [overflow-wrap:anywhere]">
            {before || "nothing"} → {after || "nothing"}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Touched({ change }: { change: ChangeFile }) {
  const { reach, filter } = change;
  return (
    <section aria-label="Blast radius" className="flex flex-col gap-1">
      <h2 className="mb-1">Blast radius</h2>
      {filter === null ? (
        <p className="text-label text-fg-2">
          {change.kind === "evaluator"
            ? "No traffic: it changes how traffic is judged, not the traffic."
            : "No filter names the traffic that it touches."}
        </p>
      ) : (
        <>
          {reach && (
            <p>
              <b className="font-medium">{reachWords(reach)}</b>{" "}
              <span className="text-label text-fg-3">
                n = {formatCount(reach.requests)}, from <Moment time={reach.start} /> to <Moment time={reach.end} />
              </span>
            </p>
          )}
          <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1 text-label">
            <span className="mono-s recorded min-w-0 [overflow-wrap:anywhere] text-fg-2">
              {filter || "all traffic"}
            </span>
            {reach && (
              <Link
                to="/traces"
                search={{ from: reach.start, to: reach.end, filter: filter || undefined } as never}
                className="link"
              >
                Traces that it touched
              </Link>
            )}
          </p>
        </>
      )}
    </section>
  );
}

function BeforeAndAfter({ change, filter }: { change: ChangeFile; filter: string }) {
  const [search, patch] = useAddress();
  const hours: Hours = WINDOWS.find(({ value }) => value === search.with)?.value ?? "24";
  const dimension = DIMENSIONS.find(([value]) => value === search.view)?.[0] ?? "";
  const query = useQuery(impactQuery(change.id, Number(hours), dimension));
  const impact = query.data;
  return (
    <section aria-label="Impact" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h2>Before and after</h2>
        <Segments
          label="Window"
          value={hours}
          options={WINDOWS}
          onChange={(value) => patch({ with: value === "24" ? null : value })}
        />
        <span className="inline-flex items-center gap-2 text-label text-fg-2">
          by
          <Select
            label="Slice by"
            value={dimension}
            options={DIMENSIONS}
            onChange={(value) => patch({ view: value || null })}
          />
        </span>
      </div>
      {query.error && !impact && (
        <Problem error={query.error} what="The comparison" onRetry={() => void query.refetch()} />
      )}
      {impact && (
        <>
          <p className="flex flex-wrap gap-x-3 text-label text-fg-2">
            <span>
              <Moment time={impact.before_start} /> to <Moment time={impact.time} /> against the same time until{" "}
              <Moment time={impact.after_end} />, {(impact.confidence * 100).toFixed(impact.confidence > 0.951 ? 2 : 0)}{" "}
              % intervals
              {impact.dimension && ", the error divided among the slices"}. Scores are weighted by the probability with
              which they were drawn.
            </span>
            <Link
              to="/traces"
              search={
                { from: impact.before_start, to: impact.time, filter: change.filter_before || undefined } as never
              }
              className="link"
            >
              Traces before
            </Link>
            <Link
              to="/traces"
              search={{ from: impact.time, to: impact.after_end, filter: filter || undefined } as never}
              className="link"
            >
              Traces after
            </Link>
          </p>
          {impact.data.length === 0 ? (
            <p className="text-label text-fg-2">No traffic of this slice on either side of the change.</p>
          ) : (
            <ImpactTable impact={impact} filter={filter} />
          )}
        </>
      )}
    </section>
  );
}
