/** What is live: every prompt version, fingerprint, model, release and SDK that served in the last minutes. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, Radio, Sparkles, TriangleAlert } from "lucide-react";
import { type LiveEntry, liveQuery } from "@/api/prompts";
import { carried } from "@/domain/address";
import { quote } from "@/domain/filterText";
import { formatCount, formatShare, oneLine, plural } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { cx } from "@/ui/classes";
import { Badge, Segments } from "@/ui/controls";
import { Empty, Problem, SkeletonRows, StaleNotice, useLate } from "@/ui/states";
import { Age } from "@/ui/values";

const MINUTES = [
  { value: "15", label: "15 min" },
  { value: "60", label: "1 h" },
  { value: "360", label: "6 h" },
  { value: "1440", label: "24 h" },
] as const;
const KINDS = [
  { kind: "prompt", title: "Prompt versions", field: "prompt" },
  { kind: "fingerprint", title: "System prompts by fingerprint", field: "prompt_fingerprint" },
  { kind: "model", title: "Models", field: "model" },
  { kind: "release", title: "Releases", field: "release" },
  { kind: "sdk", title: "SDKs", field: "sdk" },
] as const;

export default function LivePage() {
  const [search, patch] = useAddress();
  const minutes = MINUTES.find((each) => each.value === search.view)?.value ?? "15";
  const query = useQuery(liveQuery(Number(minutes)));
  const waiting = useLate(query.isPending);
  const entries = query.data ?? [];
  const odd = entries.filter((entry) => entry.status === "stale" || entry.status === "unexpected").length;
  return (
    <>
      <PageHeader title="What is live" timeless />
      <div className="flex h-12 shrink-0 items-center gap-3 border-b border-line px-4">
        <Segments
          label="How far back"
          value={minutes}
          options={MINUTES}
          onChange={(value) => patch({ view: value === "15" ? null : value }, { replace: true })}
        />
        {query.data && entries.length > 0 && (
          <span className={cx("text-label", odd ? "text-warn" : "text-fg-2")}>
            {odd ? `${plural(odd, "thing")} should not be serving` : "Nothing stale, nothing unexpected"}
          </span>
        )}
      </div>
      <StaleNotice error={query.data ? query.error : null} onRetry={() => void query.refetch()} />
      {query.error && !query.data && <Problem error={query.error} what="What is live" />}
      {waiting && <SkeletonRows />}
      {query.data && entries.length === 0 && (
        <Empty icon={Radio} title="Nothing served in this time">
          Every version, model, release and SDK that answers a call shows here within seconds.
        </Empty>
      )}
      {entries.length > 0 && (
        <div className="min-h-0 flex-1 overflow-y-auto pb-6">
          {KINDS.map(({ kind, title, field }) => (
            <LiveKind key={kind} title={title} field={field} entries={entries.filter((each) => each.kind === kind)} />
          ))}
        </div>
      )}
    </>
  );
}

function LiveKind({ title, field, entries }: { title: string; field: string; entries: readonly LiveEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="sticky top-0 z-1 border-b border-line bg-sunken px-4 py-1 text-label font-medium text-fg-2">
        {title}
      </h2>
      <ul>
        {entries.map((entry) => (
          <LiveLine key={`${entry.value}/${entry.version}/${entry.label}`} entry={entry} field={field} />
        ))}
      </ul>
    </section>
  );
}

const LOOKS = {
  unexpected: { tone: "error", icon: CircleAlert },
  stale: { tone: "warn", icon: TriangleAlert },
  new: { tone: "accent", icon: Sparkles },
} as const;

function LiveLine({ entry, field }: { entry: LiveEntry; field: string }) {
  const look = entry.status === "current" ? null : LOOKS[entry.status];
  const version = entry.version ? ` prompt_version:${quote(entry.version)}` : "";
  const filter = `kind:generation ${field}:${quote(entry.value)}${version}`;
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 border-b border-grid px-4 py-1.5 text-label hover:bg-hover">
      <span className="flex w-72 min-w-0 items-baseline gap-2">
        <Link
          to="/traces"
          search={(old) => ({ ...carried(old), filter })}
          className={cx("recorded cut text-body font-medium", entry.kind === "fingerprint" && "mono")}
        >
          {oneLine(entry.value, 80)}
        </Link>
        {entry.version && <span className="tabular-nums">v{entry.version}</span>}
        {entry.label && <span className="text-fg-3">{entry.label}</span>}
      </span>
      <span className="flex w-52 items-center gap-2" title={`${formatCount(entry.calls)} calls`}>
        <span aria-hidden="true" className="relative h-1.5 flex-1 rounded-bar bg-n3">
          <span
            className="absolute inset-y-0 left-0 rounded-bar bg-accent"
            style={{ width: `${Math.max(1, entry.share * 100)}%` }}
          />
        </span>
        <span className="w-12 text-right tabular-nums">{formatShare(entry.share, 1)}</span>
      </span>
      <span className="w-24">{look && <Badge {...look}>{entry.status}</Badge>}</span>
      <span className="min-w-0 flex-1 text-fg-2">{entry.why}</span>
      <span className="text-fg-3">
        since <Age time={entry.first_time} ago />
      </span>
    </li>
  );
}
