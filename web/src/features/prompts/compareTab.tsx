/** Two versions: side by side, or as one text with the changed words marked; config too. */

import { useMemo } from "react";
import type { PromptRecord, PromptVersion } from "@/api/prompts";
import { promptText } from "@/domain/prompts";
import { useAddress } from "@/ui/address";
import { Segments, Select } from "@/ui/controls";
import { DiffText } from "@/ui/diffText";
import { PromptView } from "./parts";

const WAYS = [
  { value: "words", label: "Words" },
  { value: "sides", label: "Side by side" },
] as const;

export function CompareTab({ record, version }: { record: PromptRecord; version: PromptVersion }) {
  const [search, patch] = useAddress();
  const others = record.versions.filter((each) => each.version !== version.version);
  const base =
    others.find((each) => String(each.version) === search.with) ??
    others.find((each) => each.version < version.version) ??
    others[0];
  const way = search.bars === "sides" ? "sides" : "words";
  const configs = useMemo(
    () => [base, version].map((each) => JSON.stringify(each?.config ?? {}, null, 2)) as [string, string],
    [base, version],
  );
  if (!base) return <p className="text-label text-fg-2">There is only one version; nothing to compare it with.</p>;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2 text-label">
        <label className="flex items-center gap-2">
          <span className="text-fg-2">From</span>
          <Select
            value={String(base.version)}
            options={others.map(({ version: number, labels }) => [
              String(number),
              labels.length > 0 ? `v${number} (${labels.join(", ")})` : `v${number}`,
            ])}
            onChange={(number) => patch({ with: number }, { replace: true })}
          />
        </label>
        <span className="text-fg-2">to v{version.version}</span>
        <Segments
          label="How it is compared"
          value={way}
          options={WAYS}
          onChange={(value) => patch({ bars: value === "sides" ? value : null }, { replace: true })}
        />
      </div>
      {way === "words" ? (
        <section aria-label="Changed words" className="rounded-ctl border border-line bg-code p-3">
          <DiffText before={promptText(base.prompt)} after={promptText(version.prompt)} />
        </section>
      ) : (
        <div className="grid gap-3 wide:grid-cols-2">
          {[base, version].map((each) => (
            <section
              key={each.version}
              aria-label={`Version ${each.version}`}
              className="min-w-0 rounded-ctl border border-line bg-code p-3"
            >
              <h2 className="mb-2 text-label font-medium text-fg-2">v{each.version}</h2>
              <PromptView prompt={each.prompt} />
            </section>
          ))}
        </div>
      )}
      {configs[0] !== configs[1] && (
        <section aria-label="Changed config">
          <h2 className="mb-1 text-label font-medium text-fg-2">Config</h2>
          <div className="mono rounded-ctl border border-line bg-code p-3">
            <DiffText before={configs[0]} after={configs[1]} />
          </div>
        </section>
      )}
    </div>
  );
}
