/** The list of prompts by folder: what exists, what is deployed, who changed it last. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { FileText, Plus } from "lucide-react";
import { useMemo } from "react";
import { type PromptEntry, promptsQuery } from "@/api/prompts";
import { carried } from "@/domain/address";
import { oneLine } from "@/domain/format";
import { byFolder } from "@/domain/prompts";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button, Segments, TextInput } from "@/ui/controls";
import { useKept } from "@/ui/hooks";
import { ListStates } from "@/ui/listPage";
import { Empty } from "@/ui/states";
import { Age } from "@/ui/values";
import { LabelBadges } from "./parts";

const NONE: PromptEntry[] = [];
const SHELVES = [
  { value: "current", label: "Current" },
  { value: "archived", label: "Archived" },
] as const;

export default function PromptsPage() {
  const [search, patch] = useAddress();
  const navigate = useNavigate();
  const archived = search.view === "archived";
  const list = useInfiniteQuery(promptsQuery({ search: search.q ?? "", archived }));
  const data = useKept(list.data);
  const entries = useMemo(() => data?.pages.flatMap((page) => page.data) ?? NONE, [data]);
  const folders = useMemo(() => byFolder(entries), [entries]);
  const create = () => void navigate({ to: "/new-prompt", search: carried(search) } as never);
  return (
    <>
      <PageHeader
        title="Prompts"
        timeless
        actions={
          <Button look="primary" icon={Plus} onClick={create}>
            New prompt
          </Button>
        }
      />
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 wide:px-4">
        <TextInput
          type="search"
          aria-label="Find a prompt by name"
          placeholder="Find by name"
          value={search.q ?? ""}
          onChange={(event) => patch({ q: event.target.value || null }, { replace: true })}
          className="w-64"
        />
        <Segments
          label="Which prompts"
          value={archived ? "archived" : "current"}
          options={SHELVES}
          onChange={(value) => patch({ view: value === "archived" ? value : null }, { replace: true })}
        />
      </div>
      <ListStates query={list} what="The prompts" count={entries.length} empty={<NoPrompts search={search.q} />}>
        <div className="min-h-0 flex-1 overflow-y-auto">
          {folders.map((folder) => (
            <section key={folder.name} aria-label={folder.name || "No folder"}>
              {folder.name && (
                <h2 className="sticky top-0 z-1 border-b border-line bg-sunken px-4 py-1 text-label font-medium text-fg-2">
                  {folder.name}/
                </h2>
              )}
              <ul>
                {folder.entries.map((entry) => (
                  <PromptLine key={entry.name} entry={entry} folder={folder.name} />
                ))}
              </ul>
            </section>
          ))}
          {list.hasNextPage && (
            <Button className="m-4" onClick={() => void list.fetchNextPage()}>
              Show more
            </Button>
          )}
        </div>
      </ListStates>
    </>
  );
}

function PromptLine({ entry, folder }: { entry: PromptEntry; folder: string }) {
  const short = folder ? entry.name.slice(folder.length + 1) : entry.name;
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 border-b border-grid px-4 py-1.5 text-label hover:bg-hover">
      <Link
        to="/prompts/$"
        params={{ _splat: entry.name }}
        search={(old) => carried(old)}
        className="recorded cut w-56 text-body font-medium"
      >
        {oneLine(short, 120)}
      </Link>
      <span className="w-10 text-fg-3">{entry.type}</span>
      <span className="w-10 text-right tabular-nums text-fg-2">
        {entry.newest_version === null ? "–" : `v${entry.newest_version}`}
      </span>
      <span className="min-w-0 wide:w-72">
        <LabelBadges labels={entry.labels} />
      </span>
      <span className="recorded cut min-w-0 flex-1 text-fg-2 max-wide:hidden">{entry.newest_message}</span>
      <span className="recorded cut max-w-40 text-fg-2 max-wide:hidden">{entry.newest_author}</span>
      <span className="w-10 text-right text-fg-3">
        <Age time={entry.updated_time} />
      </span>
    </li>
  );
}

function NoPrompts({ search }: { search?: string }) {
  if (search) {
    return (
      <Empty icon={FileText} title="No prompt has that in its name">
        Clear the search to see all of them.
      </Empty>
    );
  }
  return (
    <Empty icon={FileText} title="No prompts yet">
      A prompt kept here is versioned, deployed by moving a label, and rolled back with one click. Make one with the
      button above, or from code: <code className="mono">pellucid.create_prompt("support/answer", "…")</code>.
    </Empty>
  );
}
