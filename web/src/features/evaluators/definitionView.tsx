/** What an evaluator is and what it looks at, to be changed: a change of the definition makes a version. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Evaluator, editEvaluator, planEvaluator } from "@/api/evaluators";
import { definitionText, readDefinition } from "@/domain/evaluators";
import { Button } from "@/ui/controls";
import { notify } from "@/ui/toasts";
import { useDraftProblem } from "./definitionForm";
import { type Draft, DraftForm } from "./draftForm";
import { Refusal } from "./refusal";
import { TestPanel } from "./testPanel";

export function DefinitionView({ evaluator }: { evaluator: Evaluator }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>({
    name: evaluator.name,
    text: definitionText(evaluator.current.definition),
    filter: evaluator.filter,
    share: String(evaluator.sampling.default * 100),
    budget: evaluator.daily_budget === null ? "" : String(evaluator.daily_budget),
  });
  const read = readDefinition(draft.text);
  const definition = "definition" in read ? read.definition : null;
  const problem = useDraftProblem(draft.text);
  const ready = definition !== null && problem === "";
  const share = Number(draft.share) / 100;
  const sampling = { ...evaluator.sampling, default: share > 0 && share <= 1 ? share : evaluator.sampling.default };
  const budget = draft.budget.trim() === "" ? null : Number(draft.budget);
  const save = useMutation({
    mutationFn: async () => {
      if (!definition) throw new Error("The definition is no JSON object.");
      await planEvaluator(evaluator.id, { filter: draft.filter, sampling, daily_budget: budget });
      return editEvaluator(evaluator.id, definition);
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ["evaluators"] });
      notify(`Saved; version ${saved.current.version} counts from now on.`);
    },
  });
  return (
    <div className="flex max-w-[880px] flex-col gap-4">
      <DraftForm draft={draft} problem={problem} named={false} onChange={(patch) => setDraft({ ...draft, ...patch })} />
      <TestPanel definition={ready ? definition : null} filter={draft.filter} sampling={sampling} budget={budget} />
      <Refusal error={save.error} />
      <Button look="primary" className="self-start" disabled={!ready || save.isPending} onClick={() => save.mutate()}>
        Save
      </Button>
    </div>
  );
}
