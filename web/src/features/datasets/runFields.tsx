/** What an experiment on the server needs to know, as fields: a connection with its models, and who scores. */

import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { evaluatorsQuery } from "@/api/evaluators";
import { connectionsQuery } from "@/api/playground";
import { Checkbox, Select, TextInput } from "@/ui/controls";
import { Field } from "@/ui/field";

const PLAIN: readonly (readonly [string, string])[] = [
  ["exact", "equal to the expected answer"],
  ["contains", "holds the expected answer"],
  ["overlap", "shares its words with the expected answer (F1)"],
];

export interface ModelChoice {
  connection: string;
  models: string;
}

export function ModelFields({
  value,
  many = false,
  onChange,
}: {
  value: ModelChoice;
  /** Whether several models may be named. */
  many?: boolean;
  onChange: (value: ModelChoice) => void;
}) {
  const { data: connections = [], isSuccess } = useQuery(connectionsQuery());
  const list = useId();
  const chosen = connections.find((one) => one.name === value.connection);
  if (isSuccess && connections.length === 0)
    return <p className="text-label text-fg-2">There is no model connection yet; add one under Settings, Models.</p>;
  return (
    <div className="grid gap-3 wide:grid-cols-2">
      <Field label="Connection">
        <Select
          value={value.connection}
          options={[["", "choose"] as const, ...connections.map((one) => [one.name, one.name] as const)]}
          onChange={(connection) => onChange({ connection, models: "" })}
        />
      </Field>
      <Field
        label={many ? "Models" : "Model"}
        hint={many ? "Several, separated by commas, make a run each." : undefined}
      >
        <TextInput
          value={value.models}
          list={list}
          placeholder={chosen?.default_model || "the connection's own"}
          onChange={(event) => onChange({ ...value, models: event.target.value })}
          className="mono"
        />
        <datalist id={list}>
          {(chosen?.models ?? []).map((model) => (
            <option key={model} value={model} />
          ))}
        </datalist>
      </Field>
    </div>
  );
}

export function ScorerFields({
  value,
  onChange,
}: {
  value: readonly string[];
  onChange: (value: readonly string[]) => void;
}) {
  const { data: evaluators = [] } = useQuery(evaluatorsQuery());
  const usable = evaluators.filter((one) => one.current.target !== "session");
  const toggle = (name: string) => (on: boolean) =>
    onChange(on ? [...value, name] : value.filter((other) => other !== name));
  return (
    <fieldset className="flex flex-col gap-1.5 text-label">
      <legend className="mb-1">Scored by</legend>
      {usable.map((one) => (
        <Scorer
          key={one.id}
          name={one.name}
          about={one.current.kind === "judge" ? "judge: a model call for each answer" : one.current.kind}
          checked={value.includes(`evaluator:${one.name}`)}
          onChange={toggle(`evaluator:${one.name}`)}
        />
      ))}
      {PLAIN.map(([name, about]) => (
        <Scorer key={name} name={name} about={about} checked={value.includes(name)} onChange={toggle(name)} />
      ))}
      <span className="text-micro text-fg-3">None chosen: contains and overlap.</span>
    </fieldset>
  );
}

function Scorer({
  name,
  about,
  checked,
  onChange,
}: {
  name: string;
  about: string;
  checked: boolean;
  onChange: (on: boolean) => void;
}) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Checkbox checked={checked} onChange={onChange} label={name} />
      <span className="recorded cut">{name}</span>
      <span className="cut text-fg-3">{about}</span>
    </span>
  );
}
