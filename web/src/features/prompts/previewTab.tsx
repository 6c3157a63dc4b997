/** The prompt as it would be sent: includes resolved, variables filled in by hand. No model is called. */

import { useMutation } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import { type Json, type PromptRecord, type PromptVersion, previewPrompt } from "@/api/prompts";
import { typedValue } from "@/domain/prompts";
import { Button } from "@/ui/controls";
import { PromptView } from "./parts";

export function PreviewTab({ record, version }: { record: PromptRecord; version: PromptVersion }) {
  const [typed, setTyped] = useState<Record<string, string>>(() =>
    Object.fromEntries(version.variables.map((variable) => [variable.name, exampleText(variable.example)])),
  );
  const preview = useMutation({
    mutationFn: () => {
      const content = { name: record.name, type: record.type, prompt: version.prompt, config: version.config };
      const values: Record<string, Json> = {};
      for (const variable of version.variables) {
        values[variable.name] = typedFor(variable.name, typed[variable.name] ?? "", variable.type);
      }
      return previewPrompt({ ...content, values });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    preview.mutate();
  };
  return (
    <div className="grid gap-5 broad:grid-cols-[minmax(260px,360px)_1fr]">
      <form onSubmit={submit} aria-label="Values" className="flex flex-col gap-3 text-label">
        {version.variables.map((variable) => (
          <label key={variable.name} className="flex flex-col gap-1">
            <span className="flex gap-2">
              <code className="mono">{variable.name}</code>
              <span className="text-fg-3">{variable.type}</span>
            </span>
            <textarea
              rows={variable.type === "string" ? 2 : 4}
              className="mono rounded-ctl border border-line-strong bg-control p-2 outline-none focus:border-accent"
              value={typed[variable.name] ?? ""}
              placeholder={variable.description}
              onChange={(event) => setTyped({ ...typed, [variable.name]: event.target.value })}
            />
          </label>
        ))}
        {version.variables.length === 0 && <p className="text-fg-2">This version has no variables.</p>}
        <Button type="submit" look="primary" icon={Play} className="self-start" disabled={preview.isPending}>
          Fill in
        </Button>
        {preview.error && (
          <p role="alert" className="recorded text-error">
            {preview.error instanceof ApiProblem ? preview.error.detail : preview.error.message}
          </p>
        )}
      </form>
      <section aria-label="As it is sent" className="min-w-0 rounded-ctl border border-line bg-code p-3">
        <PromptView prompt={preview.data ? preview.data.compiled : version.prompt} />
      </section>
    </div>
  );
}

function exampleText(example: Json): string {
  if (example === null) return "";
  return typeof example === "string" ? example : JSON.stringify(example);
}

function typedFor(name: string, text: string, type: string): Json {
  try {
    return typedValue(text, type) as Json;
  } catch {
    throw new Error(`${name} is of type ${type}; write it as JSON.`);
  }
}
