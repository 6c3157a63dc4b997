/** Prices history anew: first what it would change, then the run that does it, all at once. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { History } from "lucide-react";
import { useState } from "react";
import { type RepricingPreview, repricingQuery, startRepricing } from "@/api/repricing";
import { formatAmount, formatCount, formatMoney, plural } from "@/domain/format";
import { Button, Select } from "@/ui/controls";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { complain } from "@/ui/toasts";
import { Clock } from "@/ui/values";
import { Field } from "./section";

const RANGES = [
  ["", "everything stored"],
  ["-90d", "the last 90 days"],
  ["-30d", "the last 30 days"],
  ["-7d", "the last 7 days"],
] as const;
const MOST_MODELS = 12;

export function Repricing() {
  const [from, setFrom] = useState("");
  const [asked, setAsked] = useState<string | null>(null);
  const client = useQueryClient();
  const query = useQuery({ ...repricingQuery(asked ?? ""), enabled: asked !== null });
  const waiting = useLate(asked !== null && query.isFetching);
  return (
    <section aria-label="Price history anew" className="flex flex-col gap-3">
      <header>
        <h3 className="font-medium">Price history anew</h3>
        <p className="mt-1 max-w-[72ch] text-label text-fg-2">
          Calls keep the price of the day they arrived. After a correction, stored calls can be priced by the prices of
          now. Until all is done everybody sees the old costs, then the new ones; days whose calls have left keep
          theirs.
        </p>
      </header>
      <form
        aria-label="Which history"
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          client.removeQueries({ queryKey: ["repricing"] });
          setAsked(from);
        }}
      >
        <Field label="Of">
          <Select
            value={from}
            options={RANGES}
            onChange={(next) => {
              setFrom(next);
              setAsked(null);
            }}
          />
        </Field>
        <Button type="submit" icon={History} disabled={query.isFetching}>
          What would change?
        </Button>
      </form>
      {asked !== null && query.error && (
        <Problem error={query.error} what="The preview" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows rows={3} />}
      {asked !== null && query.data && !query.isFetching && <Change preview={query.data} from={asked} />}
    </section>
  );
}

function Change({ preview, from }: { preview: RepricingPreview; from: string }) {
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: () => startRepricing(from, preview.prices),
    onSuccess: (run) => void navigate({ to: "/runs/$runId", params: { runId: run.id } } as never),
    onError: (error) => complain(error, "It was not started"),
  });
  if (preview.rows === 0) {
    return (
      <p role="status" className="text-label text-fg-2">
        Nothing would change: {plural(preview.calls, "call")} of {plural(preview.days, "day")} cost what the prices of
        now say.
      </p>
    );
  }
  return (
    <div role="status" className="flex flex-col gap-3">
      <p className="text-label">
        <b className="font-medium">{formatMoney(preview.before)}</b> becomes{" "}
        <b className="font-medium">{formatMoney(preview.after)}</b>: {plural(preview.changed, "call")} of{" "}
        {formatCount(preview.calls)} change, of {plural(preview.days, "day")}
        {preview.first_day && (
          <>
            {" "}
            from <Clock time={preview.first_day} clock="date" />
          </>
        )}
        {preview.unpriced_before !== preview.unpriced_after &&
          `; ${formatCount(preview.unpriced_before)} unpriced calls become ${formatCount(preview.unpriced_after)}`}
        .
      </p>
      <div tabIndex={0} role="region" aria-label="Changes by model" className="overflow-x-auto">
        <table className="w-full text-label">
          <thead className="border-b border-line text-micro text-fg-3">
            <tr className="h-7">
              <th className="text-left font-medium">Model</th>
              <th className="num pl-4 font-medium">Calls</th>
              <th className="num pl-4 font-medium">Change</th>
              <th className="num pl-4 font-medium">Before $</th>
              <th className="num pl-4 font-medium">After $</th>
              <th className="num pl-4 font-medium">Unpriced</th>
            </tr>
          </thead>
          <tbody>
            {preview.models.slice(0, MOST_MODELS).map((one) => (
              <tr key={`${one.provider} ${one.model}`} className="h-8 border-b border-grid">
                <td className="recorded cut max-w-72">
                  {[one.provider, one.model || "not named"].filter(Boolean).join(" · ")}
                </td>
                <td className="num pl-4">{formatCount(one.calls)}</td>
                <td className="num pl-4">{formatCount(one.changed)}</td>
                <td className="num pl-4">{formatAmount(one.before)}</td>
                <td className="num pl-4">{formatAmount(one.after)}</td>
                <td className="num pl-4 text-fg-2">
                  {one.unpriced_before === one.unpriced_after
                    ? formatCount(one.unpriced_after)
                    : `${formatCount(one.unpriced_before)} → ${formatCount(one.unpriced_after)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {preview.models.length > MOST_MODELS && (
          <p className="pt-1 text-micro text-fg-3">and {plural(preview.models.length - MOST_MODELS, "more model")}</p>
        )}
      </div>
      <Button look="primary" className="self-start" disabled={start.isPending} onClick={() => start.mutate()}>
        Price {plural(preview.rows, "call")} anew
      </Button>
    </div>
  );
}
