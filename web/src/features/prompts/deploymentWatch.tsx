/** After the gate: what production reaches with the version that is live, against the baseline that was stored when it went out. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Watch, type WatchMetric, watchQuery } from "@/api/datasetHealth";
import type { GateVerdict } from "@/api/gates";
import { metricGap, metricText } from "@/domain/comparison";
import { formatCount } from "@/domain/format";
import { dayWords } from "@/domain/health";
import { Badge } from "@/ui/controls";
import { Age, Clock } from "@/ui/values";

const WORDS: Record<GateVerdict, { label: string; tone: "good" | "error" | "plain" }> = {
  passed: { label: "holds", tone: "good" },
  blocked: { label: "has fallen", tone: "error" },
  cannot_tell: { label: "cannot tell", tone: "plain" },
};

export function DeploymentWatch({ prompt, label }: { prompt: string; label: string }) {
  const { data: watch } = useQuery(watchQuery(prompt, label));
  if (!watch) return null;
  return (
    <section aria-label={`After the deployment under ${label}`} className="mt-4">
      <h4 className="mb-1 font-medium">
        v{watch.version} since it went out <Age time={watch.deployed_time} ago />
      </h4>
      <p className="mb-2 max-w-[80ch] text-label text-fg-2">
        A tenth of each day is judged as at the gate, and seven days of it are compared with{" "}
        {watch.baseline_id ? (
          <Link to="/experiments/$id" params={{ id: watch.baseline_id }} search={{}} className="link">
            the baseline of the deployment
          </Link>
        ) : (
          "the baseline of the deployment, which was deleted"
        )}
        . Production asks another mix of questions than the held-out cases: look at a fall before you believe it.
      </p>
      {watch.metrics.length > 0 ? <Metrics metrics={watch.metrics} /> : <Nothing watch={watch} />}
      {watch.days.length > 0 && (
        <p className="mt-2 text-label text-fg-3">
          Drawn:{" "}
          {watch.days.map((day, place) => (
            <span key={day.day}>
              {place > 0 && " · "}
              <Clock time={day.day} clock="date" /> {dayWords(day)}
              {day.fallen.length > 0 && <span className="text-error"> (told: {day.fallen.join(", ")})</span>}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

function Nothing({ watch }: { watch: Watch }) {
  return (
    <p className="text-label text-fg-3">
      {watch.days.length === 0
        ? "No day has been drawn yet; the first is drawn after its midnight (UTC)."
        : "Nothing that was drawn has a score of the gate's metrics yet."}
    </p>
  );
}

function Metrics({ metrics }: { metrics: readonly WatchMetric[] }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full min-w-[760px] max-w-[860px] text-label">
        <thead className="text-left text-fg-3">
          <tr>
            <th className="py-1 font-medium">Metric</th>
            <th className="num py-1 font-medium">Baseline</th>
            <th className="num py-1 font-medium">Production</th>
            <th className="num py-1 font-medium">Difference</th>
            <th className="py-1 pl-4 font-medium">Bounds, each at 99 %</th>
            <th className="num py-1 font-medium">n</th>
            <th className="py-1 pl-4 font-medium">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <tr key={metric.name} className="border-t border-line">
              <th scope="row" className="recorded py-1.5 text-left font-medium">
                {metric.name}
              </th>
              <td className="num text-fg-2">{metricText(metric.name, metric.baseline_mean)}</td>
              <td className="num">{metricText(metric.name, metric.mean)}</td>
              <td className="num">{metricGap(metric.name, metric.difference)}</td>
              <td className="pl-4 text-fg-2">{boundsOf(metric)}</td>
              <td className="num whitespace-nowrap text-fg-2">
                {formatCount(metric.n)} <span className="text-fg-3">against {formatCount(metric.baseline_n)}</span>
              </td>
              <td className="pl-4">
                <Badge tone={WORDS[metric.verdict].tone}>{WORDS[metric.verdict].label}</Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function boundsOf({ name, low, high }: WatchMetric): string {
  if (low === null || high === null) return "too few answers";
  return `${metricGap(name, low)} … ${metricGap(name, high)}`;
}
