/** A rule's form: which rule, what it looks at, and the settings that it reads, as the server describes them. */

import { useQuery } from "@tanstack/react-query";
import { type Definition, type RuleSetting, rulesQuery } from "@/api/evaluators";
import { asObject, asText, asTexts, type Body, having, withRule } from "@/domain/evaluatorForm";
import { Select } from "@/ui/controls";
import { FlagField, FormField, JsonField, LinesField, NumberField, TextField } from "./formFields";

interface Props {
  definition: Definition;
  onChange: (next: Definition) => void;
}

export function RuleFields({ definition, onChange }: Props) {
  const rules = useQuery(rulesQuery());
  const { body } = definition;
  const chosen = rules.data?.find(({ name }) => name === body.rule);
  const settings = asObject(body.settings);
  const write = (part: Body) => onChange({ ...definition, body: { ...body, ...part } });
  return (
    <>
      <div className="grid gap-3 wide:grid-cols-2">
        <FormField name="rule" label="Rule" hint={chosen?.about}>
          {(id) => (
            <Select
              id={id}
              value={asText(body.rule)}
              options={(rules.data ?? []).map(({ name }) => [name, name.replaceAll("_", " ")] as const)}
              onChange={(rule) => onChange(withRule(definition, rule))}
            />
          )}
        </FormField>
        {chosen?.selects && (
          <TextField
            name="select"
            label="Looks at (JSONPath)"
            mono
            value={asText(body.select)}
            placeholder="$.output"
            onChange={(select) => write({ select })}
          />
        )}
      </div>
      {chosen && chosen.settings.length > 0 && (
        <fieldset aria-label="Settings of the rule" className="grid gap-3 wide:grid-cols-2">
          {chosen.settings.map((setting) => (
            <SettingField
              key={`${chosen.name}.${setting.name}`}
              setting={setting}
              value={settings[setting.name]}
              onChange={(value) => write({ settings: having(settings, setting.name, value) })}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}

function SettingField({
  setting,
  value,
  onChange,
}: {
  setting: RuleSetting;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const { name, type, needed, choices, about } = setting;
  const words = name.replaceAll("_", " ");
  const common = {
    name,
    label: `${words[0]?.toUpperCase()}${words.slice(1)}${needed ? "" : " (optional)"}`,
    hint: type === "texts" && choices.length > 0 ? `${about} Known: ${choices.join(", ")}.` : about || undefined,
  };
  switch (type) {
    case "texts":
      return (
        <LinesField
          {...common}
          value={asTexts(value)}
          onChange={(lines) => onChange(lines.length === 0 ? undefined : lines)}
        />
      );
    case "number":
      return <NumberField {...common} value={value} onChange={onChange} />;
    case "flag":
      return <FlagField name={name} label={about || words} value={value} onChange={onChange} />;
    case "json":
      return <JsonField {...common} className="wide:col-span-2" value={value} onChange={onChange} />;
    case "word":
      return (
        <FormField {...common}>
          {(id) => (
            <Select
              id={id}
              value={asText(value) || (choices[0] ?? "")}
              options={choices.map((choice) => [choice, choice.replaceAll("_", " ")] as const)}
              onChange={onChange}
            />
          )}
        </FormField>
      );
    default:
      return <TextField {...common} mono value={asText(value)} onChange={(text) => onChange(text || undefined)} />;
  }
}
