/** Running an experiment on the server, in three steps: what is tried, over which cases and scored by whom, and what it will cost. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { explained } from "@/api/client";
import { estimatesQuery, startExperiment } from "@/api/experimentRuns";
import { promptChoicesQuery, promptQuery } from "@/api/prompts";
import { basisWords, costWords, type RunChoice, runsOf } from "@/domain/experiments";
import { formatCount, oneLine, plural } from "@/domain/format";
import { Button, Checkbox, Select, TextInput } from "@/ui/controls";
import { Field } from "@/ui/field";
import { Dialog } from "@/ui/overlays";
import { complain, notify } from "@/ui/toasts";
import { ModelFields, ScorerFields } from "./runFields";

const STEPS = ["What is tried", "Cases and scores", "Cost"] as const;
const MOST_VERSIONS = 12;

export function RunDialog({ dataset, onClose }: { dataset: string; onClose: () => void }) {
  const [step, setStep] = useState(0);
  const [choice, setChoice] = useState<RunChoice>({
    name: "",
    dataset,
    split: "",
    prompt: "",
    versions: [],
    connection: "",
    models: "",
    repetitions: 1,
    scorers: [],
    maxCost: "",
  });
  const patch = (changes: Partial<RunChoice>) => setChoice((old) => ({ ...old, ...changes }));
  const runs = useMemo(() => runsOf(choice), [choice]);
  const ready = choice.name.trim() !== "" && choice.connection !== "" && runs.length > 0;
  const last = step === STEPS.length - 1;
  const start = useStart(dataset, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (last) start.mutate(runs);
    else if (ready) setStep(step + 1);
  };
  return (
    <Dialog title="Run an experiment" open onOpenChange={onClose} wide>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <ol className="flex flex-wrap gap-x-4 text-label">
          {STEPS.map((name, place) => (
            <li
              key={name}
              aria-current={place === step ? "step" : undefined}
              className={place === step ? "font-medium" : "text-fg-3"}
            >
              {place + 1}. {name}
            </li>
          ))}
        </ol>
        {step === 0 && <What choice={choice} patch={patch} />}
        {step === 1 && <Over choice={choice} patch={patch} />}
        {last && <Costs choice={choice} patch={patch} />}
        <div className="flex flex-wrap items-center justify-end gap-2">
          {step > 0 && (
            <Button className="mr-auto" onClick={() => setStep(step - 1)}>
              Back
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!ready || start.isPending}>
            {last ? `Start ${plural(runs.length, "run")}` : "Next"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function useStart(dataset: string, onClose: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (runs: ReturnType<typeof runsOf>) => {
      const started = [];
      for (const run of runs) started.push(await startExperiment(run));
      return started;
    },
    onSuccess: (started) => {
      void client.invalidateQueries({ queryKey: ["experiments"] });
      void client.invalidateQueries({ queryKey: ["runs"] });
      const [first, ...rest] = started;
      if (first && rest.length === 0)
        void navigate({ to: "/experiments/$id", params: { id: first.experiment_id } } as never);
      else {
        notify(`${plural(started.length, "experiment")} under way.`);
        void navigate({ to: "/datasets/$name", params: { name: dataset }, search: { tab: "experiments" } } as never);
      }
      onClose();
    },
    onError: (error) => complain(error, "Not started"),
  });
}

interface Step {
  choice: RunChoice;
  patch: (changes: Partial<RunChoice>) => void;
}

function What({ choice, patch }: Step) {
  const { data: prompts = [] } = useQuery(promptChoicesQuery());
  return (
    <>
      <div className="grid gap-3 wide:grid-cols-2">
        <Field label="Name">
          <TextInput value={choice.name} required autoFocus onChange={(event) => patch({ name: event.target.value })} />
        </Field>
        <Field label="Prompt">
          <Select
            value={choice.prompt}
            options={[["", "choose"] as const, ...prompts.map((one) => [one.name, oneLine(one.name, 60)] as const)]}
            onChange={(prompt) => patch({ prompt, versions: [] })}
          />
        </Field>
      </div>
      {choice.prompt && <Versions choice={choice} patch={patch} />}
      <ModelFields many value={choice} onChange={({ connection, models }) => patch({ connection, models })} />
    </>
  );
}

function Versions({ choice, patch }: Step) {
  const { data } = useQuery(promptQuery(choice.prompt));
  const versions = (data?.versions ?? []).slice(0, MOST_VERSIONS);
  return (
    <fieldset className="text-label">
      <legend className="mb-1">Versions</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {versions.map(({ version }) => (
          <span key={version} className="flex items-center gap-1.5">
            <Checkbox
              label={`Version ${version}`}
              checked={choice.versions.includes(version)}
              onChange={(on) =>
                patch({
                  versions: on ? [...choice.versions, version] : choice.versions.filter((other) => other !== version),
                })
              }
            />
            v{version}
          </span>
        ))}
      </div>
    </fieldset>
  );
}

function Over({ choice, patch }: Step) {
  return (
    <>
      <div className="grid gap-3 wide:grid-cols-2">
        <Field label="Split" hint="Empty: all cases.">
          <TextInput value={choice.split} onChange={(event) => patch({ split: event.target.value })} />
        </Field>
        <Field label="Repetitions" hint="Of each case; together they count as one case.">
          <TextInput
            type="number"
            min={1}
            max={100}
            required
            value={choice.repetitions}
            onChange={(event) => patch({ repetitions: Math.max(1, Number(event.target.value) || 1) })}
          />
        </Field>
      </div>
      <ScorerFields value={choice.scorers} onChange={(scorers) => patch({ scorers })} />
    </>
  );
}

function Costs({ choice, patch }: Step) {
  const runs = runsOf(choice);
  const query = useQuery(estimatesQuery(runs, true));
  const calls = query.data?.reduce((sum, one) => sum + one.calls, 0) ?? 0;
  const judges = query.data?.reduce((sum, one) => sum + one.judge_calls, 0) ?? 0;
  return (
    <section aria-label="Estimate" className="flex flex-col gap-3 text-label">
      {query.error && (
        <p role="alert" className="recorded text-error">
          {explained(query.error)}
        </p>
      )}
      {query.isPending && <p className="text-fg-3">Reckoning…</p>}
      {query.data && (
        <>
          <p>
            {plural(runs.length, "run")} with {formatCount(calls)} model calls
            {judges > 0 && ` and ${formatCount(judges)} of judges`}:{" "}
            <b className="font-medium">{costWords(query.data)}</b>.
          </p>
          {query.data[0] && <p className="text-fg-3">{basisWords(query.data[0])} An estimate, no offer.</p>}
        </>
      )}
      <Field
        label="Pause each run at"
        hint="US dollars. A run that is paused can be resumed with more."
        className="max-w-48"
      >
        <TextInput
          type="number"
          min={0}
          step="any"
          placeholder="no bound"
          value={choice.maxCost}
          onChange={(event) => patch({ maxCost: event.target.value })}
        />
      </Field>
    </section>
  );
}
