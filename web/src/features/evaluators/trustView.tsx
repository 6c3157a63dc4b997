/** How far a judge can be believed: calibration against people, biases, and its means raw and corrected, segment by segment. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleHelp, TriangleAlert } from "lucide-react";
import { type Analysis, analysisQuery, type Estimate, type Evaluator, type Trust } from "@/api/evaluators";
import { carried } from "@/domain/address";
import { estimateText, TRUST_WORDS } from "@/domain/evaluators";
import { formatCount, oneLine, plural } from "@/domain/format";
import { listQueryOf, useAddress } from "@/ui/address";
import { Badge, Stat } from "@/ui/controls";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { BiasTests } from "./biasTests";
import { Bars } from "./distribution";
import { LabelNext } from "./labelNext";
import { MeansTable } from "./meansTable";
import { SegmentField } from "./segmentField";

const STATES = {
  uncalibrated: { tone: "warn", icon: CircleHelp },
  trusted: { tone: "good", icon: CircleCheck },
  suspect: { tone: "error", icon: TriangleAlert },
} as const;

export function TrustView({ evaluator }: { evaluator: Evaluator }) {
  const [search, patch] = useAddress();
  const { from, to } = listQueryOf(search);
  const query = useQuery(analysisQuery(evaluator.id, { from, to }, search.q ?? ""));
  const waiting = useLate(query.isPending);
  if (waiting) return <SkeletonRows rows={6} />;
  return (
    <div className="flex flex-col gap-6">
      {query.error && <Problem error={query.error} what="The analysis" onRetry={() => void query.refetch()} />}
      {query.data && <Calibration trust={query.data.trust} kind={evaluator.current.kind} />}
      {query.data && <LabelNext evaluator={evaluator} analysis={query.data} />}
      {evaluator.current.kind === "judge" && <BiasTests evaluator={evaluator} />}
      <section aria-label="Means">
        <div className="mb-2 flex flex-wrap items-center gap-4">
          <SegmentField value={search.q ?? ""} onChange={(q) => patch({ q: q || null }, { replace: true })} />
          <Link
            to="/scores"
            search={(old) => ({ ...carried(old), q: evaluator.current.score_name })}
            className="link text-label"
          >
            All who give {oneLine(evaluator.current.score_name, 40)}, over time
          </Link>
        </div>
        {query.data && <MeansTable means={query.data.means} />}
        {query.data && !query.data.complete && (
          <p className="text-label text-warn">There are more scores than one analysis reads; narrow the time range.</p>
        )}
      </section>
      {query.data && <Distribution histogram={query.data.histogram} />}
    </div>
  );
}

function Calibration({ trust, kind }: { trust: Trust; kind: string }) {
  const state = STATES[trust.state];
  return (
    <section aria-label="Calibration" className="flex flex-col gap-3">
      <dl className="flex flex-wrap items-end gap-x-6 gap-y-2">
        <Stat label={kind === "judge" ? "The judge is" : "Against people it is"}>
          <Badge tone={state.tone} icon={state.icon}>
            {TRUST_WORDS[trust.state]}
          </Badge>
        </Stat>
        <Stat label="Human labels">{formatCount(trust.labels)}</Stat>
        <Stat label="Correlation with people" title="Of yes and no: φ at balanced classes; of numbers: Spearman's ρ.">
          {trust.correlation === null ? "–" : trust.correlation.toFixed(2)}
        </Stat>
      </dl>
      <p className="max-w-[80ch] text-label text-fg-2">{explained(trust)}</p>
      <dl className="grid max-w-[760px] grid-cols-1 gap-x-8 gap-y-1 text-label wide:grid-cols-2">
        <Measure name="Sensitivity (good called good)" value={trust.table?.sensitivity ?? null} />
        <Measure name="Specificity (bad called bad)" value={trust.table?.specificity ?? null} />
        <Measure name="Cohen's κ" value={trust.kappa} />
        <Measure name="Krippendorff's α" value={trust.alpha} />
        <Measure name="Rank correlation ρ" value={trust.rank} />
        <Measure name="Length bias ρ (0 is fair)" value={trust.length_bias} />
        <Measure name="Bias to its own family (0 is fair)" value={trust.kin_bias} />
      </dl>
      {trust.kin > 0 && (
        <p className="max-w-[80ch] text-label text-warn">
          {plural(trust.kin, "verdict")} on models of the judge's own family. Such judges prefer their own style; use a
          judge of another family.
        </p>
      )}
      {trust.table && trust.labels > 0 && <ConfusionTable table={trust.table} />}
    </section>
  );
}

function explained(trust: Trust): string {
  if (trust.state === "uncalibrated")
    return `${plural(trust.needed, "more label")} by people, and this can be told. Until then its means stand uncorrected: label the random cases below.`;
  if (trust.state === "suspect")
    return "It agrees with people less than 0.7. Change the prompt or the model before you decide anything by it.";
  return "It agrees with people well enough; its means are corrected by what the labels say about its errors.";
}

function Measure({ name, value }: { name: string; value: Estimate | null }) {
  if (!value) return null;
  return (
    <div className="flex justify-between gap-4 border-b border-line py-1">
      <dt className="text-fg-2">{name}</dt>
      <dd className="num">{estimateText(value)}</dd>
    </div>
  );
}

function ConfusionTable({ table }: { table: NonNullable<Trust["table"]> }) {
  return (
    <table aria-label="Judge against people" className="w-fit text-label">
      <thead>
        <tr className="text-fg-2">
          <th />
          <th className="px-3 text-right font-medium">people: good</th>
          <th className="px-3 text-right font-medium">people: bad</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th className="pr-3 text-left font-medium text-fg-2">judge: good</th>
          <td className="num px-3 text-right">{formatCount(table.true_positive)}</td>
          <td className="num px-3 text-right">{formatCount(table.false_positive)}</td>
        </tr>
        <tr>
          <th className="pr-3 text-left font-medium text-fg-2">judge: bad</th>
          <td className="num px-3 text-right">{formatCount(table.false_negative)}</td>
          <td className="num px-3 text-right">{formatCount(table.true_negative)}</td>
        </tr>
      </tbody>
    </table>
  );
}

function Distribution({ histogram }: { histogram: Analysis["histogram"] }) {
  const sources = Object.entries(histogram);
  if (sources.length === 0) return null;
  return (
    <section aria-label="Distribution" className="flex flex-wrap gap-8">
      {sources.map(([source, counts]) => (
        <figure key={source}>
          <figcaption className="mb-1 text-label text-fg-2">Values by {source}, weighted</figcaption>
          <Bars counts={counts} low={0} high={1} label={source} colour="var(--series-1)" />
        </figure>
      ))}
    </section>
  );
}
