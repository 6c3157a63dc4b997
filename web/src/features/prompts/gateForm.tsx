/** A gate put before a label: what a version must pass before the label may point at it, in all prompts of the project. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { datasetsQuery } from "@/api/datasets";
import { type Gate, type GateBody, putGate, removeGate } from "@/api/gates";
import { oneLine } from "@/domain/format";
import { ModelFields, ScorerFields } from "@/features/datasets/runFields";
import { Button, Select, TextInput } from "@/ui/controls";
import { Field } from "@/ui/field";
import { Dialog } from "@/ui/overlays";
import { complain, notify } from "@/ui/toasts";

const PERCENT = 100;

export function GateForm({ gate, onClose }: { gate: Gate | null; onClose: () => void }) {
  const client = useQueryClient();
  const { data: datasets = [] } = useQuery(datasetsQuery());
  const [label, setLabel] = useState(gate?.label ?? "production");
  const [body, setBody] = useState<GateBody>(() => bodyOf(gate));
  const patch = (changes: Partial<GateBody>) => setBody((old) => ({ ...old, ...changes }));
  const done = (said: string) => {
    void client.invalidateQueries({ queryKey: ["gates"] });
    void client.invalidateQueries({ queryKey: ["gate"] });
    notify(said);
    onClose();
  };
  const put = useMutation({
    mutationFn: () => putGate(label.trim(), body),
    onSuccess: () => done(`${label.trim()} has a gate from now on.`),
    onError: (error) => complain(error),
  });
  const remove = useMutation({
    mutationFn: () => removeGate(label),
    onSuccess: () => done(`${label} has no gate any more.`),
    onError: (error) => complain(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate();
  };
  return (
    <Dialog
      title={gate ? `Gate of ${gate.label}` : "New gate"}
      description="A version goes out under the label only when it is not worse than the live one on these cases, or when an admin lets it through with a reason."
      open
      onOpenChange={onClose}
      wide
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid gap-3 wide:grid-cols-2">
          <Field label="Label">
            <TextInput
              value={label}
              required
              disabled={gate !== null}
              onChange={(event) => setLabel(event.target.value)}
            />
          </Field>
          <Field label="Accepted loss" hint="Percent of what the live version reaches, in any metric.">
            <TextInput
              type="number"
              min={0}
              max={99}
              step="any"
              required
              value={body.margin * PERCENT}
              onChange={(event) => patch({ margin: Number(event.target.value) / PERCENT })}
            />
          </Field>
          <Field label="Data set">
            <Select
              value={body.dataset}
              options={[["", "choose"] as const, ...datasets.map((one) => [one.name, oneLine(one.name, 60)] as const)]}
              onChange={(dataset) => patch({ dataset })}
            />
          </Field>
          <Field label="Split" hint="The held-out cases; empty: all.">
            <TextInput value={body.split} onChange={(event) => patch({ split: event.target.value })} />
          </Field>
        </div>
        <ModelFields
          value={{ connection: body.connection, models: body.model }}
          onChange={({ connection, models }) => patch({ connection, model: models })}
        />
        <ScorerFields value={body.scorers} onChange={(scorers) => patch({ scorers: [...scorers] })} />
        <Field label="Pause each run at" hint="US dollars; empty: no bound." className="max-w-48">
          <TextInput
            type="number"
            min={0}
            step="any"
            value={body.max_cost ?? ""}
            onChange={(event) => patch({ max_cost: Number(event.target.value) || null })}
          />
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          {gate && (
            <Button look="danger" className="mr-auto" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Take the gate away
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!label.trim() || !body.dataset || put.isPending}>
            {gate ? "Save" : "Put it up"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function bodyOf(gate: Gate | null): GateBody {
  return {
    dataset: gate?.dataset ?? "",
    split: gate?.split ?? "",
    margin: gate?.margin ?? 0.05,
    connection: gate?.connection ?? "",
    model: gate?.model ?? "",
    scorers: gate?.scorers ?? [],
    max_cost: gate?.max_cost ?? null,
    metrics: gate?.metrics ?? null,
  };
}
