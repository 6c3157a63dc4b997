/** Two texts as one, with what was taken out and what was put in. */

import { useMemo } from "react";
import { diffText } from "@/domain/diff";

export function DiffText({ before, after }: { before: string; after: string }) {
  const changes = useMemo(() => diffText(before, after), [before, after]);
  return (
    <div className="recorded max-h-[420px] max-w-[96ch] overflow-y-auto whitespace-pre-wrap" dir="auto">
      {changes.map((change, index) =>
        change.kind === "same" ? (
          <span key={index}>{change.text}</span>
        ) : change.kind === "added" ? (
          <ins key={index} className="rounded-[2px] bg-good-soft text-good no-underline">
            {change.text}
          </ins>
        ) : (
          <del key={index} className="rounded-[2px] bg-error-soft text-error">
            {change.text}
          </del>
        ),
      )}
    </div>
  );
}
