/** What a version consists of: its text or messages, its variables, its config, its identity. */

import type { PromptRecord, PromptVersion } from "@/api/prompts";
import { shortId } from "@/domain/format";
import { CopyButton } from "@/ui/controls";
import { JsonView } from "@/ui/jsonView";
import { Clock } from "@/ui/values";
import { PromptView } from "./parts";

export function ContentTab({ version }: { record: PromptRecord; version: PromptVersion }) {
  const hasConfig = Object.keys(version.config).length > 0;
  return (
    <div className="flex max-w-[110ch] flex-col gap-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-label text-fg-2">
        <span>
          v{version.version} by {version.author}, <Clock time={version.created_time} clock="full" />
        </span>
        <span className="mono-s flex items-center gap-1" title="SHA-256 of type, prompt and config">
          {shortId(version.hash, 12, 4)}
          <CopyButton text={version.hash} label="Copy the content hash" />
        </span>
      </div>
      {version.message && <p className="recorded max-w-[80ch] text-body">{version.message}</p>}
      <section aria-label="Prompt" className="rounded-ctl border border-line bg-code p-3">
        <PromptView prompt={version.prompt} />
      </section>
      {version.variables.length > 0 && (
        <section>
          <h2 className="mb-1 text-label font-medium text-fg-2">Variables</h2>
          <ul className="flex flex-col gap-1 text-label">
            {version.variables.map((variable) => (
              <li key={variable.name} className="flex items-baseline gap-3">
                <code className="mono text-accent-fg">{variable.name}</code>
                <span className="text-fg-3">{variable.type}</span>
                <span className="text-fg-2">{variable.description}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {version.references.length > 0 && (
        <section>
          <h2 className="mb-1 text-label font-medium text-fg-2">Includes</h2>
          <p className="mono">{version.references.join(", ")}</p>
        </section>
      )}
      {hasConfig && (
        <section>
          <h2 className="mb-1 text-label font-medium text-fg-2">Config</h2>
          <JsonView value={version.config} />
        </section>
      )}
    </div>
  );
}
