/** What looks at the traffic kind by kind, and the next step, one click each. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowRight, Maximize2, PlugZap, Plus, Tags } from "lucide-react";
import { galleryQuery } from "@/api/evaluators";
import { guidanceQuery, type KindCover, type Step, takeStep } from "@/api/guidance";
import { formatCount, formatMoney } from "@/domain/format";
import { Button } from "@/ui/controls";
import { complain, notify } from "@/ui/toasts";

const SHOWN_KINDS = 6;
const ACTS = {
  create: { icon: Plus, label: "Make and switch on" },
  widen: { icon: Maximize2, label: "Widen" },
  label: { icon: Tags, label: "Show cases to label" },
  connect: { icon: PlugZap, label: "Add a connection" },
} as const;

export function GuidePanel() {
  const query = useQuery(guidanceQuery());
  if (!query.data || query.data.kinds.length === 0) return null;
  return (
    <section
      aria-label="Next steps"
      className="grid shrink-0 grid-cols-1 gap-x-8 gap-y-4 border-b border-line px-4 py-3 wide:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]"
    >
      <Kinds kinds={query.data.kinds.slice(0, SHOWN_KINDS)} />
      <div>
        <h2 className="mb-1 text-label font-medium text-fg-2">Next</h2>
        {query.data.steps.length === 0 && (
          <p className="text-label text-fg-2">Nothing to do: what is busy is looked at, and its judges are trusted.</p>
        )}
        <ol>
          {query.data.steps.map((step) => (
            <NextStep key={step.title} step={step} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function Kinds({ kinds }: { kinds: readonly KindCover[] }) {
  return (
    <table aria-label="Kinds of spans, last 24 hours" className="h-fit w-full text-label">
      <thead>
        <tr className="text-left text-fg-2">
          <th className="pr-4 font-medium">Last 24 hours</th>
          <th className="pr-4 text-right font-medium">Spans</th>
          <th className="pr-4 text-right font-medium">Share</th>
          <th className="pr-4 text-right font-medium">By rules</th>
          <th className="text-right font-medium">By judges</th>
        </tr>
      </thead>
      <tbody>
        {kinds.map((cover) => (
          <tr key={cover.kind} className="border-t border-line">
            <th className="py-1 pr-4 text-left font-medium">{cover.kind}</th>
            <td className="num py-1 pr-4 text-right">{formatCount(cover.spans)}</td>
            <td className="num py-1 pr-4 text-right">{percent(cover.share)}</td>
            <td className="num py-1 pr-4 text-right">{percent(cover.ruled)}</td>
            <td className="num py-1 text-right">{percent(cover.judged)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NextStep({ step }: { step: Step }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const gallery = useQuery(galleryQuery());
  const take = useMutation({
    mutationFn: () => takeStep(step, gallery.data ?? []),
    onSuccess: (done) => {
      void client.invalidateQueries({ queryKey: ["evaluators"] });
      notify(`${done.name} looks at live traffic.`);
    },
    onError: (error) => complain(error),
  });
  const elsewhere = {
    label: () => void navigate({ to: "/evaluators/$id", params: { id: step.evaluator_id } } as never),
    connect: () => void navigate({ to: "/settings/$section", params: { section: "models" } } as never),
  };
  const act = ACTS[step.act];
  const go = step.act === "label" || step.act === "connect" ? elsewhere[step.act] : () => take.mutate();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line py-1.5">
      <div className="min-w-0 flex-1 basis-72">
        <p className="font-medium">{step.title}</p>
        <p className="text-label text-fg-2">{step.why}</p>
      </div>
      <span className="num text-label text-fg-2">{costText(step)}</span>
      <Button
        icon={step.act === "label" ? ArrowRight : act.icon}
        aria-label={`${act.label}: ${step.title}`}
        disabled={take.isPending || (step.act === "create" && !gallery.data)}
        onClick={go}
      >
        {act.label}
      </Button>
    </li>
  );
}

function costText(step: Step): string {
  if (step.act === "label" || step.act === "connect") return "";
  if (step.cost_a_day === null) return "cost unknown";
  if (step.cost_a_day === 0) return "free";
  return `${step.act === "widen" ? "about" : "at most"} ${formatMoney(step.cost_a_day)} a day`;
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? "< 1 %" : `${Math.round(100 * share)} %`;
}
