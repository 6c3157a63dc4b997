/** Running all panes in the background: over the cases of a data set, or over recorded generations; scored by evaluators. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { datasetsQuery } from "@/api/datasets";
import { evaluatorsQuery } from "@/api/evaluators";
import { startTable } from "@/api/playground";
import { quote } from "@/domain/filterText";
import { plural } from "@/domain/format";
import { type Pane, sendable } from "@/domain/panes";
import { Button, Checkbox, Segments, Select, TextInput } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";
import { complain } from "@/ui/toasts";

const SOURCES = [
  { value: "dataset", label: "Data set" },
  { value: "recorded", label: "Recorded generations" },
] as const;
type Source = (typeof SOURCES)[number]["value"];
const MOST_EVALUATORS = 10;

export function TableDialog({ panes, onClose }: { panes: readonly Pane[]; onClose: () => void }) {
  const { data: datasets = [] } = useQuery(datasetsQuery());
  const prompt = panes.find((pane) => pane.prompt)?.prompt?.name;
  const [source, setSource] = useState<Source>("dataset");
  const [name, setName] = useState("");
  const [filter, setFilter] = useState(prompt ? `prompt:${quote(prompt)}` : "");
  const [from, setFrom] = useState("-7d");
  const [limit, setLimit] = useState("50");
  const [evaluators, setEvaluators] = useState<string[]>([]);
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: startTable,
    onSuccess: ({ run_id }) => void navigate({ to: "/runs/$runId", params: { runId: run_id } } as never),
    onError: (error) => complain(error, "Not started"),
  });
  const chosen = datasets.find((each) => each.name === name) ?? datasets[0];
  const cases = source === "dataset" ? (chosen?.items ?? 0) : Number(limit) || 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const over = source === "dataset" ? (chosen?.name ?? "") : "what was recorded";
    start.mutate({
      title: `${plural(panes.length, "pane")} over ${over}`,
      panes: panes.map(sendable),
      evaluators,
      ...(source === "dataset" ? { dataset: chosen?.name } : { filter, from, limit: cases }),
    });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Run over cases"
      description="Each pane is asked each case. Fields of a data set's input, or recorded variables, fill the variables; a pane without a user message goes on with the recorded conversation."
    >
      <form onSubmit={submit} className="flex flex-col gap-3 text-label">
        <Segments label="What the cases are" value={source} options={SOURCES} onChange={setSource} />
        {source === "dataset" ? (
          chosen ? (
            <Select
              label="Data set"
              value={chosen.name}
              options={datasets.map((each) => [each.name, `${each.name} (${each.items})`] as const)}
              onChange={setName}
            />
          ) : (
            <p className="text-fg-2">There is no data set yet.</p>
          )
        ) : (
          <div className="flex flex-wrap gap-2">
            <label className="flex min-w-48 flex-1 flex-col gap-1">
              Filter of the generations
              <TextInput value={filter} onChange={(event) => setFilter(event.target.value)} className="mono" />
            </label>
            <label className="flex flex-col gap-1">
              From
              <TextInput value={from} onChange={(event) => setFrom(event.target.value)} className="num w-20" />
            </label>
            <label className="flex flex-col gap-1">
              At most
              <TextInput
                inputMode="numeric"
                value={limit}
                onChange={(event) => setLimit(event.target.value)}
                className="num w-20"
              />
            </label>
          </div>
        )}
        <EvaluatorChoice chosen={evaluators} onChange={setEvaluators} />
        <p className="text-fg-2">
          {source === "dataset" ? "" : "Up to "}
          {plural(panes.length * cases, "model call")} will be made
          {evaluators.length > 0 && ", and those of the evaluators that ask a judge"}.
        </p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={cases < 1 || start.isPending}>
            Run
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function EvaluatorChoice({ chosen, onChange }: { chosen: readonly string[]; onChange: (ids: string[]) => void }) {
  const { data: evaluators = [] } = useQuery(evaluatorsQuery());
  if (evaluators.length === 0) return null;
  const turn = (id: string, wanted: boolean) =>
    onChange(wanted ? [...chosen, id].slice(0, MOST_EVALUATORS) : chosen.filter((each) => each !== id));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1 text-fg-2">Score the answers with</legend>
      <div className="flex max-h-40 flex-wrap gap-x-4 gap-y-1.5 overflow-y-auto">
        {evaluators.map((each) => (
          <span key={each.id} className="flex items-center gap-1.5">
            <Checkbox
              checked={chosen.includes(each.id)}
              onChange={(wanted) => turn(each.id, wanted)}
              label={`Score with ${each.name}`}
            />
            <span aria-hidden="true" className="recorded">
              {each.name}
            </span>
          </span>
        ))}
      </div>
    </fieldset>
  );
}
