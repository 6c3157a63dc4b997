/** Connection, model, prompt and what is JSON: parameters, tools, response schema. */

import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { connectionsQuery } from "@/api/playground";
import { promptChoicesQuery, promptQuery } from "@/api/prompts";
import { type Json, type Pane, readJson } from "@/domain/panes";
import { Select, TextInput } from "@/ui/controls";

export function PaneSettings({ pane, onChange }: { pane: Pane; onChange: (pane: Pane) => void }) {
  const { data: connections = [] } = useQuery(connectionsQuery());
  const connection = connections.find((one) => one.name === pane.connection);
  const list = useId();
  return (
    <div className="flex flex-col gap-2 text-label">
      <div className="flex flex-wrap gap-2">
        <Select
          label="Connection"
          className="max-w-44"
          value={pane.connection}
          options={connections.map((one) => one.name)}
          onChange={(name) => onChange({ ...pane, connection: name, model: "" })}
        />
        <TextInput
          aria-label="Model"
          list={list}
          value={pane.model}
          placeholder={connection?.default_model || "model"}
          onChange={(event) => onChange({ ...pane, model: event.target.value })}
          className="mono min-w-32 flex-1"
        />
        <datalist id={list}>
          {(connection?.models ?? []).map((model) => (
            <option key={model} value={model} />
          ))}
        </datalist>
      </div>
      <PromptPicker pane={pane} onChange={onChange} />
      <div className="grid gap-2">
        <JsonField
          label="Parameters"
          value={Object.keys(pane.parameters).length > 0 ? pane.parameters : null}
          placeholder='{"temperature": 0.2}'
          onChange={(value) => onChange({ ...pane, parameters: (value ?? {}) as Pane["parameters"] })}
        />
        <JsonField
          label="Tools"
          value={pane.tools.length > 0 ? (pane.tools as unknown as Json) : null}
          placeholder='[{"name": "search", "parameters": {"type": "object"}}]'
          onChange={(value) => onChange({ ...pane, tools: (value ?? []) as unknown as Pane["tools"] })}
        />
        <JsonField
          label="Response schema"
          value={pane.response_schema}
          placeholder='{"type": "object", "properties": {}}'
          onChange={(value) => onChange({ ...pane, response_schema: value })}
        />
      </div>
    </div>
  );
}

function PromptPicker({ pane, onChange }: { pane: Pane; onChange: (pane: Pane) => void }) {
  const prompts = useQuery(promptChoicesQuery());
  const names = prompts.data?.map((prompt) => prompt.name) ?? [];
  const record = useQuery({ ...promptQuery(pane.prompt?.name ?? ""), enabled: pane.prompt !== null });
  const versions = record.data?.versions ?? [];
  const known = pane.prompt && !names.includes(pane.prompt.name) ? [pane.prompt.name, ...names] : names;
  const needed = versions.find((each) => each.version === pane.prompt?.version)?.variables ?? [];
  const choose = (name: string) => {
    const newest = prompts.data?.find((prompt) => prompt.name === name)?.newest_version ?? 1;
    onChange({ ...pane, prompt: name ? { name, version: newest } : null });
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          label="Prompt before the messages"
          className="min-w-32 max-w-60"
          value={pane.prompt?.name ?? ""}
          options={[["", "no registered prompt"] as const, ...known.map((name) => [name, name] as const)]}
          onChange={choose}
        />
        {pane.prompt && (
          <Select
            label="Version"
            value={String(pane.prompt.version)}
            options={(versions.length > 0 ? versions.map((each) => each.version) : [pane.prompt.version]).map(
              (version) => [String(version), `v${version}`] as const,
            )}
            onChange={(version) =>
              onChange({ ...pane, prompt: pane.prompt && { ...pane.prompt, version: Number(version) } })
            }
          />
        )}
      </div>
      {needed.map((variable) => (
        <label key={variable.name} className="flex items-center gap-2 text-fg-2">
          <span className="mono-s cut w-28">{variable.name}</span>
          <TextInput
            value={shown(pane.variables[variable.name])}
            onChange={(event) =>
              onChange({ ...pane, variables: { ...pane.variables, [variable.name]: event.target.value } })
            }
            className="flex-1"
          />
        </label>
      ))}
    </div>
  );
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function JsonField({
  label,
  value,
  placeholder,
  onChange,
}: {
  label: string;
  value: Json;
  placeholder: string;
  onChange: (value: Json) => void;
}) {
  const [text, setText] = useState(value === null ? "" : JSON.stringify(value, null, 2));
  const [error, setError] = useState("");
  const read = (next: string) => {
    setText(next);
    try {
      onChange(readJson(next, label));
      setError("");
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
  };
  return (
    <details open={value !== null && label === "Parameters"} className="text-fg-2">
      <summary className="cursor-default">
        {label} {text.trim() ? "" : <span className="text-fg-3">none</span>}
      </summary>
      <textarea
        aria-label={label}
        aria-invalid={error !== ""}
        rows={4}
        spellCheck={false}
        value={text}
        placeholder={placeholder}
        onChange={(event) => read(event.target.value)}
        className="mono-s mt-1 w-full rounded-ctl border border-line-strong bg-control p-2 text-fg outline-none focus:border-accent"
      />
      {error && (
        <p role="alert" className="text-error">
          {error}
        </p>
      )}
    </details>
  );
}
