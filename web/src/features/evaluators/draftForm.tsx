/** What an evaluator is and what it looks at, as a form with a panel that tries it on real traffic. */

import { Labelled } from "@/features/dashboards/widgetForm";
import { TextInput } from "@/ui/controls";
import { DefinitionForm } from "./definitionForm";

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
  problem,
  onChange,
  named = true,
}: {
  draft: Draft;
  /** What is wrong with its definition; null while nobody has looked. */
  problem: string | null;
  onChange: (patch: Partial<Draft>) => void;
  named?: boolean;
}) {
  return (
    <div className="flex flex-col gap-3">
      {named && (
        <Labelled label="Name">
          <TextInput value={draft.name} onChange={(event) => onChange({ name: event.target.value })} maxLength={200} />
        </Labelled>
      )}
      <DefinitionForm text={draft.text} problem={problem} onChange={(text) => onChange({ text })} />
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
    </div>
  );
}
