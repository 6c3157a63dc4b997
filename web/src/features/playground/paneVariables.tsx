/** A field for each `{{variable}}` of the messages. */

import type { Json } from "@/domain/panes";
import { TextInput } from "@/ui/controls";

export function PaneVariables({
  names,
  values,
  onChange,
}: {
  names: readonly string[];
  values: Record<string, Json>;
  onChange: (values: Record<string, Json>) => void;
}) {
  if (names.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-2 text-label">
      <legend className="mb-1 text-fg-3">Variables of the messages</legend>
      {names.map((name) => {
        const value = values[name];
        return (
          <label key={name} className="flex items-center gap-2 text-fg-2">
            <span className="mono-s cut w-28">{name}</span>
            <TextInput
              value={typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value)}
              onChange={(event) => onChange({ ...values, [name]: event.target.value })}
              className="flex-1"
            />
          </label>
        );
      })}
    </fieldset>
  );
}
