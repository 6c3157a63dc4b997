/** The timeline of versions, the newest first, with the labels that point at them. */

import type { PromptRecord } from "@/api/prompts";
import { oneLine } from "@/domain/format";
import { cx } from "@/ui/classes";
import { Age } from "@/ui/values";
import { LabelBadges } from "./parts";

export function VersionList({
  record,
  selected,
  onSelect,
}: {
  record: PromptRecord;
  selected: number;
  onSelect: (version: number) => void;
}) {
  return (
    <ol aria-label="Versions" className="max-wide:max-h-56 max-wide:overflow-y-auto">
      {record.versions.map((version) => (
        <li key={version.version}>
          <button
            type="button"
            aria-current={version.version === selected ? "true" : undefined}
            onClick={() => onSelect(version.version)}
            className={cx(
              "flex w-full flex-col gap-1 border-b border-grid px-4 py-2 text-left",
              version.version === selected ? "bg-accent-softer" : "hover:bg-hover",
            )}
          >
            <span className="flex w-full items-baseline gap-2">
              <b className="font-medium tabular-nums">v{version.version}</b>
              <span className="recorded cut flex-1 text-label text-fg-2">{oneLine(version.author, 40)}</span>
              <span className="text-label text-fg-3">
                <Age time={version.created_time} />
              </span>
            </span>
            {version.message && (
              <span className="recorded line-clamp-2 text-label text-fg-2">{oneLine(version.message, 160)}</span>
            )}
            <LabelBadges labels={record.labels} version={version.version} />
          </button>
        </li>
      ))}
    </ol>
  );
}
