/** One pane: its question above, its answer below. */

import { Play, Save, Square, X } from "lucide-react";
import { useState } from "react";
import { type Pane, variablesOf } from "@/domain/panes";
import { Button } from "@/ui/controls";
import { PaneAnswer } from "./paneAnswer";
import { PaneMessages } from "./paneMessages";
import { PaneSettings } from "./paneSettings";
import { PaneVariables } from "./paneVariables";
import { SaveDialog } from "./saveDialog";
import { useAsk } from "./useAsk";

export interface PaneColumnProps {
  title: string;
  pane: Pane;
  /** Grows when all panes are to be asked. */
  round: number;
  onChange: (pane: Pane) => void;
  onRemove: (() => void) | undefined;
}

export function PaneColumn({ title, pane, round, onChange, onRemove }: PaneColumnProps) {
  const asking = useAsk(pane, round);
  const [saving, setSaving] = useState(false);
  return (
    <section
      aria-label={title}
      className="flex min-w-[340px] flex-1 flex-col border-r border-line last:border-r-0 max-wide:min-w-0 max-wide:shrink-0 max-wide:border-r-0 max-wide:border-b wide:overflow-y-auto"
    >
      <header className="flex h-10 shrink-0 items-center gap-1 border-b border-line px-3">
        <h2 className="flex-1">{title}</h2>
        <Button
          look="ghost"
          square
          icon={Save}
          aria-label={`Save ${title} as a prompt`}
          onClick={() => setSaving(true)}
        />
        {onRemove && <Button look="ghost" square icon={X} aria-label={`Remove ${title}`} onClick={onRemove} />}
        {asking.busy ? (
          <Button icon={Square} onClick={asking.stop}>
            Stop
          </Button>
        ) : (
          <Button icon={Play} onClick={asking.ask}>
            Run
          </Button>
        )}
      </header>
      <div className="flex flex-col gap-3 p-3">
        <PaneSettings pane={pane} onChange={onChange} />
        <PaneMessages pane={pane} onChange={onChange} />
        <PaneVariables
          names={variablesOf(pane.messages)}
          values={pane.variables}
          onChange={(variables) => onChange({ ...pane, variables })}
        />
      </div>
      <PaneAnswer asking={asking} />
      {saving && <SaveDialog pane={pane} onClose={() => setSaving(false)} />}
    </section>
  );
}
