/** What a judge's answer looks like: yes or no, a number, a word, a rubric, or statements with verdicts. */

import { Plus, X } from "lucide-react";
import type { Definition } from "@/api/evaluators";
import { asObject, asText, asTexts, type Body, FORMS, freshName, having, withForm } from "@/domain/evaluatorForm";
import { Button, Select } from "@/ui/controls";
import { FlagField, FormField, LinesField, NumberField, TextField, useComplaint } from "./formFields";

interface Props {
  definition: Definition;
  onChange: (next: Definition) => void;
}

export function AnswerForm({ definition, onChange }: Props) {
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
