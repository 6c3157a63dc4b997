/** Verdicts of a draft on the newest traffic, and what a day of it would cost. Nothing is kept. */

import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ban, CircleAlert, Play } from "lucide-react";
import { useId } from "react";
import { type Definition, type Forecast, forecast, preview, type Sampling, type Tried } from "@/api/evaluators";
import { agreeingText, meanCost, verdictText } from "@/domain/evaluators";
import { formatCount, formatMoney, formatShare, oneLine } from "@/domain/format";
import { Badge, Button } from "@/ui/controls";
import { Refusal } from "./refusal";

export interface TestPanelProps {
  definition: Definition | null;
  filter: string;
  sampling: Sampling;
  budget: number | null;
}

export function TestPanel({ definition, filter, sampling, budget }: TestPanelProps) {
  const heading = useId();
  const test = useMutation({
    mutationFn: async (draft: Definition) => {
      const { data } = await preview({ definition: draft, filter, limit: 5 });
      const each = meanCost(data);
      const day = await forecast({
        definition: draft,
        filter,
        sampling,
        ...(budget === null ? {} : { daily_budget: budget }),
        ...(each === null ? {} : { cost_each: each }),
      });
      return { tried: data, day };
    },
  });
  return (
    <section aria-labelledby={heading} className="rounded-card border border-line p-3">
      <div className="flex items-center gap-3">
        <h2 id={heading} className="flex-1 text-body font-medium">
          Try it on the newest traffic
        </h2>
        <Button
          icon={Play}
          disabled={!definition || test.isPending}
          onClick={() => definition && test.mutate(definition)}
        >
          {test.isPending ? "Trying…" : "Try on 5"}
        </Button>
      </div>
      <Refusal error={test.error} />
      {test.data && (
        <>
          <Day day={test.data.day} />
          <ul aria-label="Verdicts" className="mt-2">
            {test.data.tried.map((one) => (
              <Line key={one.span_id || one.trace_id || one.session_id} tried={one} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Day({ day }: { day: Forecast }) {
  return (
    <p className="mt-2 text-label text-fg-2">
      In the last 24 hours {formatCount(day.matching)} matched; about {formatCount(Math.round(day.sampled))} would be
      evaluated a day
      {priced(day.cost)}
      {day.borne < 1 && `; the budget bears ${formatShare(day.borne, 1)} of that, and estimates are weighted for it`}.
    </p>
  );
}

function priced(cost: number | null): string {
  if (cost === null) return ", at an unknown price";
  return cost === 0 ? ", for nothing" : `, for about ${formatMoney(cost)}`;
}

function Line({ tried }: { tried: Tried }) {
  const verdict = tried.verdicts[0];
  const said = tried.shown.output ?? tried.shown.conversation ?? tried.shown.name;
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-t border-line py-2 text-label">
      <span className="w-24 shrink-0">
        {tried.error || !verdict ? (
          <Badge tone="error" icon={CircleAlert}>
            failed
          </Badge>
        ) : verdict.status === "valid" ? (
          <b className="font-medium">{verdictText(verdict.value)}</b>
        ) : (
          <Badge tone="warn" icon={Ban}>
            no verdict
          </Badge>
        )}
      </span>
      <span className="min-w-0 flex-1">
        <span className="recorded block">
          {oneLine(typeof said === "string" ? said : JSON.stringify(said ?? ""), 160)}
        </span>
        <span className="recorded block text-fg-2">{tried.error || verdict?.comment}</span>
        {verdict && agreeingText(verdict.metadata) && (
          <span className="block text-fg-3">{agreeingText(verdict.metadata)}</span>
        )}
        {verdict?.metadata.same_family === true && (
          <span className="block text-warn">
            Judge and judged are of one model family: such judges prefer their own style. Choose another family.
          </span>
        )}
      </span>
      {verdict?.cost != null && <span className="num text-fg-2">{formatMoney(verdict.cost)}</span>}
      {tried.trace_id && (
        <Link
          to="/traces/$traceId"
          params={{ traceId: tried.trace_id }}
          search={{ span: tried.span_id }}
          className="link"
        >
          open
        </Link>
      )}
    </li>
  );
}
