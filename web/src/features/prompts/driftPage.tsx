/** Effective prompts: renderings of system prompts that are variants of one another, what differs, and who receives what. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fingerprint, Link2 } from "lucide-react";
import { useState } from "react";
import { ApiProblem } from "@/api/client";
import { bindFingerprint, type Fragment, type Variant, type VariantGroup, variantsQuery } from "@/api/prompts";
import { carried } from "@/domain/address";
import { quote } from "@/domain/filterText";
import { formatCount, formatShare, oneLine, plural } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { FilterBar } from "@/features/traces/filterBar";
import { listQueryOf, useAddress } from "@/ui/address";
import { Button, TextInput } from "@/ui/controls";
import { Popover } from "@/ui/overlays";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { TextBlock } from "@/ui/text";
import { notify } from "@/ui/toasts";
import { Age } from "@/ui/values";
import { Receivers } from "./receivers";

export default function DriftPage() {
  const [search, patch] = useAddress();
  const { offset, ...wanted } = listQueryOf(search);
  const query = useQuery(variantsQuery(wanted));
  const waiting = useLate(query.isPending);
  const groups = query.data ?? [];
  return (
    <>
      <PageHeader title="Effective prompts" />
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-4">
        <FilterBar
          value={search.filter ?? ""}
          onChange={(text, how) => patch({ filter: text.trim() || null }, { replace: !how.done })}
          error={query.error}
          offset={offset}
          placeholder="Filter the calls: feature:search user_tier:free"
        />
      </div>
      {query.error && !query.data && (
        <Problem error={query.error} what="Effective prompts" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows />}
      {query.data && groups.length === 0 && (
        <Empty icon={Fingerprint} title="No system prompt was sent in this time range">
          Every generation's system prompt gets a fingerprint, registered or not. Variants of one prompt are grouped
          here, with the text in which they differ and who receives it.
        </Empty>
      )}
      {groups.length > 0 && (
        <div className="min-h-0 flex-1 overflow-y-auto">
          {groups.map((group) => (
            <Group key={group.variants[0]?.fingerprint} group={group} />
          ))}
        </div>
      )}
    </>
  );
}

function Group({ group }: { group: VariantGroup }) {
  const [base, ...variants] = group.variants;
  if (!base) return null;
  const title = group.prompts.join(", ") || oneLine(base.text, 80) || base.fingerprint;
  return (
    <section aria-label={title} className="border-b border-line">
      <header className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 pt-4 pb-2">
        <h2 className="recorded cut min-w-0">{title}</h2>
        <span className="text-label text-fg-2">
          {plural(group.variants.length, "variant")}, {plural(group.calls, "call")}
        </span>
      </header>
      {group.fragments.map((fragment) => (
        <FragmentCard key={fragment.text} fragment={fragment} />
      ))}
      <ul>
        {[base, ...variants].map((variant, place) => (
          <VariantLine key={variant.fingerprint} variant={variant} isBase={place === 0} />
        ))}
      </ul>
    </section>
  );
}

function FragmentCard({ fragment }: { fragment: Fragment }) {
  const all = fragment.calls + fragment.calls_without;
  const [first] = fragment.receivers;
  return (
    <article aria-label="Fragment" className="mx-4 mb-3 rounded-ctl border border-line p-3">
      <p className="mb-2 text-label text-fg-2">
        Added to {formatShare(fragment.calls, all)} of the calls since <Age time={fragment.since} ago />
        {first ? `; best told by ${first.attribute}` : ""}
      </p>
      <div className="mb-3 border-l-2 border-good bg-good-soft px-3 py-1.5">
        <TextBlock text={fragment.text} mono />
      </div>
      <Receivers fragment={fragment} />
    </article>
  );
}

function VariantLine({ variant, isBase }: { variant: Variant; isBase: boolean }) {
  const filter = `kind:generation prompt_fingerprint:${quote(variant.fingerprint)}`;
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 border-t border-grid px-4 py-1.5 text-label hover:bg-hover">
      <Link to="/traces" search={(old) => ({ ...carried(old), filter })} className="mono link w-40">
        {variant.fingerprint}
      </Link>
      <span className="w-14 text-right tabular-nums">{formatShare(variant.share, 1)}</span>
      <span className="w-24 text-right tabular-nums text-fg-2">{formatCount(variant.calls)} calls</span>
      <span className="text-fg-3">
        since <Age time={variant.first_time} ago />
      </span>
      <span className="recorded cut min-w-0 flex-1 text-fg-2">
        {isBase ? "what most receive" : differenceText(variant)}
      </span>
      {variant.bound_to && <span className="text-fg-2">bound to {variant.bound_to}</span>}
      <Link
        to="/traces/$traceId"
        params={{ traceId: variant.trace_id }}
        search={{ span: variant.span_id } as never}
        className="link"
      >
        Example
      </Link>
      {variant.prompts.length === 0 && !variant.bound_to && <BindButton fingerprint={variant.fingerprint} />}
    </li>
  );
}

function differenceText(variant: Variant): string {
  const words = (texts: readonly string[]) => oneLine(texts.join(" … "), 120);
  const parts = [];
  if (variant.added.length > 0) parts.push(`+ ${words(variant.added)}`);
  if (variant.removed.length > 0) parts.push(`− ${words(variant.removed)}`);
  return parts.join("   ");
}

function BindButton({ fingerprint }: { fingerprint: string }) {
  const [name, setName] = useState("");
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const bind = useMutation({
    mutationFn: () => bindFingerprint(fingerprint, name.trim()),
    onSuccess: () => {
      setOpen(false);
      notify(`Calls with this fingerprint count for ${name.trim()}.`);
      void client.invalidateQueries({ queryKey: ["prompt-variants"] });
    },
    onError: (error) => notify(error instanceof ApiProblem ? error.detail : String(error), { tone: "error" }),
  });
  return (
    <Popover
      label="Bind to a prompt"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button look="ghost" icon={Link2}>
          Bind
        </Button>
      }
    >
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          bind.mutate();
        }}
      >
        <TextInput
          aria-label="Name of the registered prompt"
          placeholder="support/answer"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" look="primary" disabled={!name.trim() || bind.isPending}>
          Bind
        </Button>
      </form>
    </Popover>
  );
}
