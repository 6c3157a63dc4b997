/** By which field of spans means are parted: the usual ones to choose, any other to type. */

import { useEffect, useState } from "react";
import { TextInput } from "@/ui/controls";

const USUAL = ["model", "prompt_version", "feature", "user_tier", "release", "environment", "metadata.auth"] as const;

export function SegmentField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <label className="flex items-center gap-2 text-label text-fg-2">
      By
      <TextInput
        list="segment-fields"
        className="mono-s w-56"
        placeholder="model, prompt_version, metadata.auth…"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          // What is chosen from the list counts at once; what is typed, when it is left.
          if ((USUAL as readonly string[]).includes(event.target.value)) onChange(event.target.value);
        }}
        onBlur={() => text.trim() !== value && onChange(text.trim())}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
      <datalist id="segment-fields">
        {USUAL.map((field) => (
          <option key={field} value={field} />
        ))}
      </datalist>
    </label>
  );
}
