/** A judge's form: who judges, what it is asked, what its answer looks like, and where its variables come from. */

import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import type { Definition } from "@/api/evaluators";
import { connectionsQuery } from "@/api/playground";
import {
  asObject,
  asText,
  asTexts,
  type Body,
  FORMS,
  having,
  messagesOf,
  type PromptMessage,
  usedVariables,
  withForm,
} from "@/domain/evaluatorForm";
import { Button, Checkbox, Select, TextInput } from "@/ui/controls";
import { AreaField, FlagField, FormField, LinesField, NumberField, TextField, useComplaint } from "./formFields";

interface Props {
  definition: Definition;
  onChange: (next: Definition) => void;
}

export function JudgeFields({ definition, onChange }: Props) {
  const { body } = definition;
  const write = (part: Body) => onChange({ ...definition, body: { ...body, ...part } });
  const parameters = asObject(body.parameters);
  return (
    <>
      <Who body={body} onChange={write} />
      <Messages messages={messagesOf(body)} onChange={(messages) => write({ messages })} />
      <Variables definition={definition} onChange={onChange} />
      <AnswerForm definition={definition} onChange={onChange} />
      <fieldset aria-label="How it is asked" className="grid gap-3 wide:grid-cols-4">
        <NumberField
          name="repeats"
          label="Asked how often"
          hint="1 to 5; verdicts are averaged"
          value={body.repeats}
          onChange={(repeats) => onChange({ ...definition, body: having(body, "repeats", repeats) })}
        />
        <NumberField
          name="max_chars"
          label="Characters of a variable"
          hint="The rest is cut off"
          value={body.max_chars}
          onChange={(limit) => onChange({ ...definition, body: having(body, "max_chars", limit) })}
        />
        <NumberField
          name="temperature"
          label="Temperature"
          value={parameters.temperature}
          onChange={(value) => write({ parameters: having(parameters, "temperature", value) })}
        />
        <NumberField
          name="max_tokens"
          label="Tokens of an answer"
          value={parameters.max_tokens}
          onChange={(value) => write({ parameters: having(parameters, "max_tokens", value) })}
        />
      </fieldset>
    </>
  );
}

function Who({ body, onChange }: { body: Body; onChange: (part: Body) => void }) {
  const query = useQuery(connectionsQuery());
  const chosen = asText(body.connection);
  const names = query.data?.map(({ name }) => name) ?? [];
  return (
    <div className="grid gap-3 wide:grid-cols-2">
      <FormField
        name="connection"
        label="Model connection"
        hint={
          query.data && names.length === 0 ? "There is none yet; an admin adds one under Settings, Models." : undefined
        }
      >
        {(id) => (
          <Select
            id={id}
            value={chosen}
            options={[["", "Choose…"] as const, ...[...new Set([...names, chosen])].filter(Boolean)]}
            onChange={(connection) => onChange({ connection })}
          />
        )}
      </FormField>
      <TextField
        name="model"
        label="Judge's model (empty: the connection's own)"
        hint="Of another family than what it judges: judges prefer their own style"
        value={asText(body.model)}
        onChange={(model) => onChange({ model })}
      />
    </div>
  );
}

const ROLES = ["system", "user", "assistant"] as const;

function Messages({
  messages,
  onChange,
}: {
  messages: PromptMessage[];
  onChange: (messages: PromptMessage[]) => void;
}) {
  const complaint = useComplaint("messages");
  return (
    <fieldset aria-label="Messages" className="flex flex-col gap-2">
      {messages.map((message, place) => (
        <div key={place} className="flex items-start gap-2">
          <div className="flex w-28 shrink-0 flex-col gap-1 pt-5">
            <Select
              label={`Role of message ${place + 1}`}
              value={message.role}
              options={ROLES.includes(message.role as never) ? ROLES : [message.role, ...ROLES]}
              onChange={(role) => onChange(messages.map((each, at) => (at === place ? { ...each, role } : each)))}
            />
            {messages.length > 1 && (
              <Button
                look="ghost"
                icon={X}
                aria-label={`Take message ${place + 1} away`}
                onClick={() => onChange(messages.filter((_, at) => at !== place))}
              >
                Take away
              </Button>
            )}
          </div>
          <AreaField
            name={`messages.${place}`}
            label={`Message ${place + 1}`}
            className="flex-1"
            rows={rowsOf(message.content)}
            value={message.content}
            onChange={(content) => onChange(messages.map((each, at) => (at === place ? { ...each, content } : each)))}
          />
        </div>
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
        onClick={() => onChange([...messages, { role: "user", content: "" }])}
      >
        Another message
      </Button>
    </fieldset>
  );
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

function freshName(taken: readonly string[], word = "variable"): string {
  let number = taken.length + 1;
  while (taken.includes(`${word}${number}`)) number += 1;
  return `${word}${number}`;
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

function AnswerForm({ definition, onChange }: Props) {
  const form = asObject(definition.body.form);
  const kind = asText(form.kind);
  const write = (part: Body) => onChange({ ...definition, body: { ...definition.body, form: { ...form, ...part } } });
  const put = (key: string, value: unknown) =>
    onChange({ ...definition, body: { ...definition.body, form: having(form, key, value) } });
  return (
    <fieldset aria-label="Its answer" className="grid gap-3 wide:grid-cols-2">
      <FormField name="form" label="Its answer is">
        {(id) => (
          <Select id={id} value={kind} options={FORMS} onChange={(next) => onChange(withForm(definition, next))} />
        )}
      </FormField>
      {kind === "number" && (
        <div className="grid grid-cols-2 gap-3">
          <NumberField name="min" label="From" value={form.min} onChange={(value) => put("min", value)} />
          <NumberField name="max" label="To" value={form.max} onChange={(value) => put("max", value)} />
        </div>
      )}
      {kind === "choice" && (
        <LinesField
          name="choices"
          label="Words, one a line"
          value={asTexts(form.choices)}
          onChange={(choices) => write({ choices })}
        />
      )}
      {kind === "rubric" && (
        <>
          <Dimensions weights={asObject(form.dimensions)} onChange={(dimensions) => write({ dimensions })} />
          <FlagField
            name="missing_is_middle"
            label="A missing dimension counts as 3 (only for old dashboards; else it is missing)"
            value={form.missing_is_middle}
            onChange={(value) => put("missing_is_middle", value || undefined)}
          />
        </>
      )}
      {kind === "items" && (
        <FormField name="reducer" label="They become">
          {(id) => (
            <Select
              id={id}
              value={asText(form.reducer) || "share"}
              options={[
                ["share", "the share of true ones"],
                ["average_precision", "the average precision of their order"],
              ]}
              onChange={(reducer) => write({ reducer })}
            />
          )}
        </FormField>
      )}
    </fieldset>
  );
}

function Dimensions({ weights, onChange }: { weights: Body; onChange: (weights: Body) => void }) {
  const rows = Object.entries(weights);
  const complaint = useComplaint("dimensions");
  return (
    <fieldset aria-label="Dimensions" className="flex flex-col gap-1.5 wide:row-span-2">
      {rows.map(([name, weight], place) => (
        <div key={place} className="flex items-end gap-2">
          <TextField
            name={`dimensions.${place}`}
            label={`Dimension ${place + 1}`}
            className="flex-1"
            value={name}
            onChange={(next) => next in weights || onChange(renamed(rows, place, next))}
          />
          <NumberField
            name={name}
            label="Weight"
            className="w-24"
            value={weight}
            onChange={(next) => onChange({ ...weights, [name]: next ?? null })}
          />
          <Button
            look="ghost"
            square
            icon={X}
            aria-label={`Take ${name} away`}
            onClick={() => onChange(having(weights, name, undefined))}
          />
        </div>
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
        onClick={() => onChange({ ...weights, [freshName(Object.keys(weights), "dimension")]: 0.1 })}
      >
        Another dimension
      </Button>
    </fieldset>
  );
}

function renamed(rows: readonly (readonly [string, unknown])[], place: number, name: string): Body {
  return Object.fromEntries(rows.map(([known, value], at) => [at === place ? name : known, value]));
}

const CHARS_A_ROW = 110;

/** As high as the text is, within reason. */
function rowsOf(text: string): number {
  const rows = text.split("\n").reduce((sum, line) => sum + 1 + Math.floor(line.length / CHARS_A_ROW), 1);
  return Math.min(16, Math.max(3, rows));
}
