/** What an evaluator is and what it looks at, as a form with a panel that tries it on real traffic. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { call } from "@/api/client";
import type { Definition } from "@/api/evaluators";
import { readDefinition, withConnection } from "@/domain/evaluators";
import { Labelled } from "@/features/dashboards/widgetForm";
import { Select, TextInput } from "@/ui/controls";

export interface Draft {
  name: string;
  text: string;
  filter: string;
  /** Of what is in no stratum, in percent. */
  share: string;
  budget: string;
}

export function DraftForm({
  draft,
  onChange,
  named = true,
  children,
}: {
  draft: Draft;
  onChange: (patch: Partial<Draft>) => void;
  named?: boolean;
  children?: ReactNode;
}) {
  const read = readDefinition(draft.text);
  return (
    <div className="flex flex-col gap-3">
      {named && (
        <Labelled label="Name">
          <TextInput value={draft.name} onChange={(event) => onChange({ name: event.target.value })} maxLength={200} />
        </Labelled>
      )}
      {"definition" in read && read.definition.kind === "judge" && (
        <Connection
          definition={read.definition}
          onChange={(next) => onChange({ text: JSON.stringify(next, null, 2) })}
        />
      )}
      <Labelled label="Definition">
        <textarea
          value={draft.text}
          onChange={(event) => onChange({ text: event.target.value })}
          spellCheck={false}
          rows={18}
          className="mono-s w-full rounded-ctl border border-line-strong bg-control p-2 outline-none focus:border-accent"
        />
      </Labelled>
      {"problem" in read && (
        <p role="alert" className="text-label text-error">
          {read.problem}
        </p>
      )}
      <div className="grid grid-cols-1 gap-3 wide:grid-cols-3">
        <Labelled label="Filter">
          <TextInput
            className="mono-s"
            value={draft.filter}
            placeholder="everything"
            onChange={(event) => onChange({ filter: event.target.value })}
          />
        </Labelled>
        <Labelled label="Share of ordinary traffic, %">
          <TextInput
            inputMode="decimal"
            value={draft.share}
            onChange={(event) => onChange({ share: event.target.value })}
          />
        </Labelled>
        <Labelled label="Budget a day, USD (empty: no limit)">
          <TextInput
            inputMode="decimal"
            value={draft.budget}
            onChange={(event) => onChange({ budget: event.target.value })}
          />
        </Labelled>
      </div>
      {children}
    </div>
  );
}

interface Connections {
  data: { name: string; default_model: string }[];
}

function Connection({ definition, onChange }: { definition: Definition; onChange: (next: Definition) => void }) {
  const query = useQuery({
    queryKey: ["model-connections"],
    queryFn: ({ signal }) => call<Connections>("model-connections", { signal }),
  });
  const chosen = String(definition.body.connection ?? "");
  const model = String(definition.body.model ?? "");
  const names = query.data?.data.map((connection) => connection.name) ?? [];
  if (query.data && names.length === 0)
    return (
      <p className="text-label text-warn">
        A judge needs a model connection; an admin adds one under Settings, Models.
      </p>
    );
  return (
    <div className="grid grid-cols-1 gap-3 wide:grid-cols-2">
      <Labelled label="Model connection">
        <Select
          value={chosen}
          options={[["", "Choose…"] as const, ...[...new Set([...names, chosen])].filter(Boolean)]}
          onChange={(name) => onChange(withConnection(definition, name, model))}
        />
      </Labelled>
      <Labelled label="Judge's model (empty: the connection's own)">
        <TextInput
          value={model}
          onChange={(event) => onChange(withConnection(definition, chosen, event.target.value))}
        />
      </Labelled>
    </div>
  );
}
