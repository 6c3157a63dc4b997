/** A definition, edited as a form or as JSON: both are the same text. What the server would refuse is said at its field. */

import { useQuery } from "@tanstack/react-query";
import { explained } from "@/api/client";
import { checkQuery, type Definition } from "@/api/evaluators";
import { asText } from "@/domain/evaluatorForm";
import { definitionText, readDefinition } from "@/domain/evaluators";
import { useAddress } from "@/ui/address";
import { Segments, Select } from "@/ui/controls";
import { useDelayed } from "@/ui/hooks";
import { AreaField, Complaint, FormField, TextField } from "./formFields";
import { JudgeFields } from "./judgeFields";
import { RuleFields } from "./ruleFields";

const VIEWS = [
  { value: "form", label: "Form" },
  { value: "json", label: "JSON" },
] as const;

const CHECK_MS = 350;

/** What is wrong with the draft; null while nobody has looked yet, empty when it could be kept. */
export function useDraftProblem(text: string): string | null {
  const read = readDefinition(text);
  const looked = useDelayed(text, CHECK_MS);
  const definition = readDefinition(looked);
  const check = useQuery(checkQuery("definition" in definition ? definition.definition : null));
  if ("problem" in read) return read.problem;
  if (looked !== text || check.isPending) return null;
  return check.error ? (check.error instanceof Error ? explainedDetail(check.error) : String(check.error)) : "";
}

function explainedDetail(error: Error): string {
  return "detail" in error && typeof error.detail === "string" && error.detail ? error.detail : explained(error);
}

export function DefinitionForm({
  text,
  problem,
  onChange,
}: {
  text: string;
  problem: string | null;
  onChange: (text: string) => void;
}) {
  const [search, patch] = useAddress();
  const read = readDefinition(text);
  const definition = "definition" in read ? read.definition : null;
  const asJson = search.edit === "json" || !definition;
  return (
    <Complaint value={problem ?? ""}>
      <section aria-label="What it is" className="flex flex-col gap-3">
        <Segments
          label="Edit as"
          value={asJson ? "json" : "form"}
          options={VIEWS}
          onChange={(view) => patch({ edit: view === "json" ? "json" : null }, { replace: true })}
        />
        {asJson ? (
          <AreaField name="definition" label="Definition" mono rows={22} value={text} onChange={onChange} />
        ) : (
          <Fields definition={definition} onChange={(next) => onChange(definitionText(next))} />
        )}
        {problem && (
          <p role="alert" aria-label="What is wrong" className="recorded text-label text-error">
            {problem}
          </p>
        )}
      </section>
    </Complaint>
  );
}

const TARGETS = [
  ["span", "each span"],
  ["trace", "each trace"],
  ["session", "each session"],
] as const;

const OUTPUTS = [
  ["boolean", "yes or no"],
  ["numeric", "a number"],
  ["categorical", "a word"],
] as const;

function Fields({ definition, onChange }: { definition: Definition; onChange: (next: Definition) => void }) {
  const { kind, body } = definition;
  return (
    <>
      <div className="grid gap-3 wide:grid-cols-3">
        <TextField
          name="score_name"
          label="Name of its score"
          value={asText(definition.score_name)}
          onChange={(score_name) => onChange({ ...definition, score_name })}
        />
        <FormField name="target" label="Looks at">
          {(id) => (
            <Select
              id={id}
              value={definition.target}
              options={TARGETS}
              onChange={(target) => onChange({ ...definition, target })}
            />
          )}
        </FormField>
        {kind !== "judge" && (
          <FormField name="output" label="Its verdict is">
            {(id) => (
              <Select
                id={id}
                value={definition.output}
                options={OUTPUTS}
                onChange={(output) => onChange({ ...definition, output })}
              />
            )}
          </FormField>
        )}
      </div>
      {kind === "rule" && <RuleFields definition={definition} onChange={onChange} />}
      {kind === "code" && (
        <AreaField
          name="code"
          label="Python: evaluate(subject) returns the verdict"
          hint="No files, no network, 1 s and 64 MB an evaluation. Return true, false, a number, a word, {value, comment}, or None for no verdict."
          mono
          rows={20}
          value={asText(body.code)}
          onChange={(code) => onChange({ ...definition, body: { ...body, code } })}
        />
      )}
      {kind === "judge" && <JudgeFields definition={definition} onChange={onChange} />}
    </>
  );
}
