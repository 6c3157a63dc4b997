/** Drift: every signal of a window against a reference, the surest first, with sizes, sample sizes and adjusted p-values. */

import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed, Info, TriangleAlert, Waves } from "lucide-react";
import { type DriftSignal, driftQuery } from "@/api/drift";
import { effectWords, formatP } from "@/domain/drift";
import { withEnvironment } from "@/domain/filterText";
import { formatCompact, formatCount } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { DriftRuns } from "@/features/monitors/driftRuns";
import { useAddress } from "@/ui/address";
import { Badge, Select } from "@/ui/controls";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { Clock } from "@/ui/values";

const DAY = "-1d";
const REFERENCES = [
  ["", "the two weeks before"],
  ["-30d", "the last 30 days"],
  ["-70d..-56d", "the two weeks ten weeks ago"],
] as const;

export default function DriftPage() {
  const [search, patch] = useAddress();
  const reference = REFERENCES.find(([value]) => value === search.with)?.[0] ?? "";
  const [referenceFrom, referenceTo] = reference.split("..");
  const query = useQuery(
    driftQuery({
      from: search.from ?? DAY,
      to: search.to ?? "",
      filter: withEnvironment(search.filter ?? "", search.env ?? "").filter,
      reference_from: referenceFrom ?? "",
      reference_to: referenceTo ?? "",
    }),
  );
  const waiting = useLate(query.isPending);
  const report = query.data;
  return (
    <>
      <PageHeader title="Drift" />
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 text-label wide:px-4">
        Against
        <Select
          label="Reference"
          value={reference}
          options={REFERENCES}
          onChange={(value) => patch({ with: value || null })}
        />
        {report && (
          <span className="text-fg-3 max-wide:hidden">
            <Clock time={report.reference_start} clock="date" /> to <Clock time={report.reference_end} clock="date" />
          </span>
        )}
      </div>
      {query.error && !report && <Problem error={query.error} what="The report" onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows />}
      {report?.data.every(({ test }) => test === "") && (
        <Empty icon={Waves} title="Too little traffic to tell">
          A comparison needs 100 cases in the reference and 50 in the time range. Choose a longer range.
        </Empty>
      )}
      {report?.data.some(({ test }) => test !== "") && (
        <div
          tabIndex={0}
          role="region"
          aria-label="Signals"
          className="min-h-0 flex-1 overflow-y-auto px-4 pb-6 wide:px-6"
        >
          <ul aria-label="Signals">
            {report.data.map((signal) => (
              <Line key={signal.key} signal={signal} />
            ))}
          </ul>
          <DriftRuns />
        </div>
      )}
    </>
  );
}

const LOOKS = {
  error: { tone: "error", icon: CircleAlert },
  warning: { tone: "warn", icon: TriangleAlert },
  info: { tone: "accent", icon: Info },
} as const;

function Verdict({ signal }: { signal: DriftSignal }) {
  if (signal.test === "")
    return (
      <Badge icon={CircleDashed} title="It needs 100 cases before and 50 now">
        too few
      </Badge>
    );
  if (!signal.drifted)
    return (
      <Badge tone="good" icon={CircleCheck}>
        steady
      </Badge>
    );
  const { tone, icon } = LOOKS[signal.severity];
  return (
    <Badge tone={tone} icon={icon}>
      drifted
    </Badge>
  );
}

function Line({ signal }: { signal: DriftSignal }) {
  return (
    <li
      aria-label={signal.label}
      className="flex flex-wrap items-baseline gap-x-5 gap-y-1 border-b border-grid py-2 text-label"
    >
      <span className="w-24 shrink-0">
        <Verdict signal={signal} />
      </span>
      <span className="recorded w-52 shrink-0 text-body font-medium">{signal.label}</span>
      <span className="w-60 shrink-0 text-fg-2">{effectWords(signal)}</span>
      <span className="num w-28 shrink-0 text-fg-2" title="Adjusted for the number of signals (Benjamini and Hochberg)">
        {signal.adjusted_p === null ? "" : `p ${formatP(signal.adjusted_p)}`}
      </span>
      <span className="num w-36 shrink-0 text-fg-3">
        {signal.test && `n = ${formatCount(signal.n_reference)}, ${formatCount(signal.n_current)}`}
      </span>
      <span className="recorded min-w-0 flex-1 text-fg-2">
        <Why signal={signal} />
      </span>
    </li>
  );
}

function Why({ signal }: { signal: DriftSignal }) {
  if (signal.kind === "number" && signal.mix !== null && signal.rate !== null && signal.drifted)
    return (
      <>
        {signal.cause === "mix" && <b className="font-medium">another mix of features only; </b>}
        of the difference {formatCompact(signal.rate)} by other values, {formatCompact(signal.mix)} by another mix of
        features
      </>
    );
  const shown = (signal.words.length > 0 ? signal.words : signal.parts).slice(0, 5);
  if (!signal.drifted || shown.length === 0) return null;
  return <>{shown.map(({ value, before, now }) => `${value} ${percent(before)} → ${percent(now)}`).join(", ")}</>;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
