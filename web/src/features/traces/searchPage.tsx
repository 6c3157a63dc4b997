/** Full text over everything recorded: words by the index, exact text by a scan that says how far it looked. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useCallback } from "react";
import { searchQuery } from "@/api/search";
import type { SearchHit } from "@/api/types";
import { carried } from "@/domain/address";
import { formatBytes, formatCount, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { listQueryOf, useAddress } from "@/ui/address";
import { Segments, TextInput } from "@/ui/controls";
import { Icon, KindIcon } from "@/ui/icons";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { useDraft } from "@/ui/useDraft";
import { Age } from "@/ui/values";

const MODES = [
  { value: "tokens", label: "Words" },
  { value: "substring", label: "Exact text" },
] as const;
const APPLY_AFTER_MS = 250;
type Mode = (typeof MODES)[number]["value"];

export default function SearchPage() {
  const [search, patch] = useAddress();
  const write = useCallback((typed: string) => patch({ q: typed.trim() || null }, { replace: true }), [patch]);
  const { text, setText } = useDraft(search.q ?? "", write, APPLY_AFTER_MS);
  const mode = (MODES.find((each) => each.value === search.view)?.value ?? "tokens") as Mode;
  const { offset: _, ...query } = listQueryOf(search);
  const found = useQuery({ ...searchQuery(search.q ?? "", mode, query), enabled: (search.q ?? "").trim().length > 1 });
  const waiting = useLate(found.isPending && (search.q ?? "").length > 1);
  const hits = found.data?.data ?? [];
  return (
    <>
      <PageHeader title="Search" />
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-4">
        <Icon icon={Search} className="text-fg-3" />
        <TextInput
          autoFocus
          aria-label="Text to search for"
          placeholder="Words in prompts, answers, documents, tool calls"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="h-8 flex-1"
        />
        <Segments
          label="How to search"
          value={mode}
          options={MODES}
          onChange={(value) => patch({ view: value === "tokens" ? null : value }, { replace: true })}
        />
      </div>
      {found.error && !found.data ? (
        <Problem error={found.error} what="The search" onRetry={() => void found.refetch()} />
      ) : null}
      {waiting && <SkeletonRows />}
      {!search.q && (
        <Empty icon={Search} title="Search everything that was recorded">
          Words are found by the index, in any order, accents folded. Exact text is looked for character by character in
          the time range above.
        </Empty>
      )}
      {search.q && found.data && (
        <div tabIndex={0} role="region" aria-label="Found" className="min-h-0 flex-1 overflow-y-auto">
          <p role="status" className="px-4 py-2 text-label text-fg-3">
            {formatCount(hits.length)}
            {found.data.next_cursor ? " and more" : ""} found
            {found.data.scanned && (
              <>
                , looked through {formatCount(found.data.scanned.spans)} spans
                {found.data.scanned.bytes ? `, ${formatBytes(found.data.scanned.bytes)}` : ""}
                {found.data.scanned.complete ? "" : "; not everything: narrow the time range to see the rest"}
              </>
            )}
          </p>
          {hits.map((hit) => (
            <Hit key={hit.trace_id + hit.span_id} hit={hit} />
          ))}
          {hits.length === 0 && (
            <Empty icon={Search} title="Nothing found">
              Try fewer words, exact text, or a wider time range.
            </Empty>
          )}
        </div>
      )}
    </>
  );
}

function Hit({ hit }: { hit: SearchHit }) {
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: hit.trace_id }}
      search={(old) => ({ ...carried(old), span: hit.span_id })}
      className="block border-b border-grid px-4 py-2 hover:bg-hover"
    >
      <div className="flex items-center gap-2 text-label">
        <KindIcon kind={hit.kind} />
        <b className="recorded cut font-medium">{oneLine(hit.name, 100)}</b>
        <span className="flex-1" />
        <span className="text-fg-3">
          <Age time={hit.start_time} ago />
        </span>
      </div>
      {hit.snippets.slice(0, 3).map((snippet, index) => (
        <p key={index} className="recorded mt-1 line-clamp-3 text-label text-fg-2">
          <span className="text-fg-3">{snippet.field} </span>
          <Ranges text={snippet.text} ranges={snippet.ranges} />
        </p>
      ))}
    </Link>
  );
}

function Ranges({ text, ranges }: { text: string; ranges: readonly [number, number][] }) {
  let at = 0;
  const pieces = ranges.map(([from, to]) => {
    const before = text.slice(at, from);
    at = to;
    return (
      <span key={from}>
        {before}
        <mark>{text.slice(from, to)}</mark>
      </span>
    );
  });
  return (
    <>
      {pieces}
      {text.slice(at)}
    </>
  );
}
