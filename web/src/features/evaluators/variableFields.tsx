/** A judge's variables: a name that its messages use, and the JSONPath of what it is of the case. */

import { Plus, X } from "lucide-react";
import type { Definition } from "@/api/evaluators";
import { asTexts, freshName, having, usedVariables } from "@/domain/evaluatorForm";
import { Button, Checkbox, TextInput } from "@/ui/controls";
import { useComplaint } from "./formFields";

interface Props {
  definition: Definition;
  onChange: (next: Definition) => void;
}

/** Name → JSONPath, in the order in which they stand; a name that is being typed may be empty for a moment. */
export function Variables({ definition, onChange }: Props) {
  const rows = Object.entries(definition.variables);
  const optional = new Set(asTexts(definition.body.optional));
  const used = usedVariables(definition.body);
  const complaint = useComplaint("variables");
  const write = (next: [string, string][], mayBeEmpty = optional) =>
    onChange({
      ...definition,
      variables: Object.fromEntries(next),
      body: having(
        definition.body,
        "optional",
        [...mayBeEmpty].filter((name) => next.some(([known]) => known === name)),
      ),
    });
  return (
    <fieldset aria-label="Variables" className="flex flex-col gap-1.5">
      <legend className="mb-1 text-label">Variables: a name that the messages use, and what it is of the case</legend>
      {rows.map(([name, path], place) => (
        <VariableRow
          key={place}
          place={place}
          name={name}
          path={path}
          unused={!used.includes(name)}
          optional={optional.has(name)}
          onName={(next) =>
            next in definition.variables || write(rows.map((row, at) => (at === place ? [next, path] : row)))
          }
          onPath={(next) => write(rows.map((row, at) => (at === place ? [name, next] : row)))}
          onOptional={(may) => {
            const next = new Set(optional);
            if (may) next.add(name);
            else next.delete(name);
            write(rows, next);
          }}
          onRemove={() => write(rows.filter((_, at) => at !== place))}
        />
      ))}
      {complaint && (
        <p role="alert" className="recorded text-label text-error">
          {complaint}
        </p>
      )}
      <Button
        look="ghost"
        icon={Plus}
        className="self-start"
        onClick={() => write([...rows, [freshName(rows.map(([name]) => name)), "$.output"]])}
      >
        Another variable
      </Button>
    </fieldset>
  );
}

function VariableRow({
  place,
  name,
  path,
  unused,
  optional,
  onName,
  onPath,
  onOptional,
  onRemove,
}: {
  place: number;
  name: string;
  path: string;
  unused: boolean;
  optional: boolean;
  onName: (name: string) => void;
  onPath: (path: string) => void;
  onOptional: (optional: boolean) => void;
  onRemove: () => void;
}) {
  const complaint = useComplaint(`variables.${name}`);
  return (
    <div>
      <div className="flex flex-wrap items-center gap-2">
        <TextInput
          aria-label={`Name of variable ${place + 1}`}
          className="mono-s w-36"
          value={name}
          onChange={(event) => onName(event.target.value)}
        />
        <TextInput
          aria-label={`Path of variable ${place + 1}`}
          aria-invalid={complaint !== ""}
          className="mono-s min-w-40 flex-1"
          value={path}
          onChange={(event) => onPath(event.target.value)}
        />
        <span className="flex items-center gap-2 text-label">
          <Checkbox checked={optional} onChange={onOptional} label={`${name} may be empty`} />
          may be empty
        </span>
        <Button look="ghost" square icon={X} aria-label={`Take ${name} away`} onClick={onRemove} />
      </div>
      {unused && <span className="text-micro text-fg-3">No message uses {`{{${name}}}`}.</span>}
      {complaint && (
        <p role="alert" className="recorded text-label text-error">
          {complaint}
        </p>
      )}
    </div>
  );
}
