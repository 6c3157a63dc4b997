/** A new evaluator from an entry of the gallery: named, tried, estimated, then made. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { createEvaluator, type GalleryEntry, galleryQuery, type Sampling } from "@/api/evaluators";
import { definitionText, readDefinition } from "@/domain/evaluators";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button } from "@/ui/controls";
import { Problem } from "@/ui/states";
import { useDraftProblem } from "./definitionForm";
import { type Draft, DraftForm } from "./draftForm";
import { Refusal } from "./refusal";
import { TestPanel } from "./testPanel";

/** Errors, guardrail hits and what people rated low are always looked at. */
const STRATA: Sampling["strata"] = [
  { name: "errors", filter: "outcome:error", probability: 1 },
  { name: "guardrails", filter: "has:guardrail_action -guardrail_action:allow", probability: 1 },
  { name: "low_rated", filter: "score.user-feedback<0.5", probability: 1 },
];

export default function NewEvaluatorPage() {
  const [search] = useAddress();
  const query = useQuery(galleryQuery());
  const entry = query.data?.find((one) => one.key === search.view) ?? query.data?.[0];
  return (
    <>
      <PageHeader title="New evaluator" timeless />
      {query.error && <Problem error={query.error} what="The gallery" onRetry={() => void query.refetch()} />}
      {entry && <Form key={entry.key} entry={entry} />}
    </>
  );
}

function Form({ entry }: { entry: GalleryEntry }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const offered = definitionText(entry.definition);
  const [draft, setDraft] = useState<Draft>({
    name: entry.title,
    text: offered,
    filter: entry.filter,
    share: "10",
    budget: entry.definition.kind === "judge" ? "1" : "",
  });
  const read = readDefinition(draft.text);
  const definition = "definition" in read ? read.definition : null;
  const problem = useDraftProblem(draft.text);
  // What the gallery's entry leaves open is asked for, not complained of, until somebody has begun to fill it in.
  const untouched = draft.text === offered;
  const ready = definition !== null && problem === "";
  const sampling = { default: Math.min(1, Math.max(0.0001, Number(draft.share) / 100 || 0.1)), strata: STRATA };
  const budget = draft.budget.trim() === "" ? null : Number(draft.budget);
  const make = useMutation({
    mutationFn: (enabled: boolean) => {
      if (!definition) throw new Error("The definition is no JSON object.");
      const { name, filter } = draft;
      return createEvaluator({
        name,
        definition,
        filter,
        sampling,
        enabled,
        ...(budget === null ? {} : { daily_budget: budget }),
      });
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["evaluators"] });
      void navigate({ to: "/evaluators/$id", params: { id: made.id } } as never);
    },
  });
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-4">
      <div className="flex max-w-[880px] flex-col gap-4">
        <p className="text-fg-2">{entry.about}</p>
        <DraftForm
          draft={draft}
          problem={untouched ? null : problem}
          onChange={(patch) => setDraft({ ...draft, ...patch })}
        />
        <TestPanel definition={ready ? definition : null} filter={draft.filter} sampling={sampling} budget={budget} />
        <Refusal error={make.error} />
        {untouched && problem && <p className="recorded text-label text-fg-2">Still to fill in: {problem}</p>}
        <div className="flex gap-2">
          <Button look="primary" disabled={!ready || make.isPending} onClick={() => make.mutate(true)}>
            Make and switch on
          </Button>
          <Button disabled={!ready || make.isPending} onClick={() => make.mutate(false)}>
            Make, switched off
          </Button>
          <Link to="/evaluators" search={{}} className="link self-center">
            Cancel
          </Link>
        </div>
      </div>
    </div>
  );
}
