/** One prompt: its versions and where labels point, its text, what differs, what it did, and every move. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, ChevronRight, FileText, ListTree, Pencil } from "lucide-react";
import { ApiProblem } from "@/api/client";
import { archivePrompt, type PromptRecord, type PromptVersion, promptQuery } from "@/api/prompts";
import { carried } from "@/domain/address";
import { quote } from "@/domain/filterText";
import { oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Badge, Button, CopyButton, Segments } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Sideways } from "@/ui/sideways";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { notify } from "@/ui/toasts";
import { CompareTab } from "./compareTab";
import { ContentTab } from "./contentTab";
import { GateTab } from "./gateTab";
import { LabelPanel } from "./labelPanel";
import { MovesTab } from "./movesTab";
import { PreviewTab } from "./previewTab";
import { ResultsTab } from "./resultsTab";
import { ReviewTab } from "./reviewTab";
import { RolloutTab } from "./rolloutTab";
import { VersionList } from "./versionList";

const TABS = [
  { value: "content", label: "Content" },
  { value: "compare", label: "Compare" },
  { value: "preview", label: "Preview" },
  { value: "results", label: "Results" },
  { value: "rollout", label: "Rollout" },
  { value: "gate", label: "Gate" },
  { value: "review", label: "Review" },
  { value: "moves", label: "Moves" },
] as const;
type Tab = (typeof TABS)[number]["value"];

export default function PromptPage({ name }: { name: string }) {
  const query = useQuery(promptQuery(name));
  const record = query.data?.name === name ? query.data : undefined;
  const waiting = useLate(!record && !query.error);
  return (
    <>
      <PageHeader title={`Prompt ${oneLine(name, 40)}`} crumbs={<Crumbs name={name} record={record} />} />
      {query.error && !record && <NoPrompt error={query.error} onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows />}
      {record && <PromptBody record={record} />}
    </>
  );
}

function Crumbs({ name, record }: { name: string; record?: PromptRecord }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
      <Link to="/prompts" search={(old) => carried(old)} className="text-fg-2 hover:text-fg max-wide:hidden">
        Prompts
      </Link>
      <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
      <b className="recorded cut font-semibold">{oneLine(name, 80)}</b>
      <CopyButton text={name} label="Copy the name" />
      {record && <span className="text-label text-fg-3">{record.type}</span>}
      {record?.archived && <Badge tone="warn">archived</Badge>}
    </div>
  );
}

function NoPrompt({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty icon={FileText} title="There is no such prompt here">
        It may have another name or live in another project.
      </Empty>
    );
  }
  return <Problem error={error} what="The prompt" onRetry={onRetry} />;
}

function PromptBody({ record }: { record: PromptRecord }) {
  const [search, patch] = useAddress();
  const tab: Tab = TABS.find((each) => each.value === search.tab)?.value ?? "content";
  const version = record.versions.find((each) => String(each.version) === search.view) ?? record.versions[0];
  if (!version) {
    return (
      <Empty icon={FileText} title="This prompt has no version">
        All of them were deleted. Save a new one.
      </Empty>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 max-wide:flex-col max-wide:overflow-y-auto">
      <aside className="flex w-72 shrink-0 flex-col overflow-y-auto border-r border-line max-wide:w-full max-wide:overflow-visible max-wide:border-r-0 max-wide:border-b">
        <LabelPanel record={record} version={version} />
        <VersionList
          record={record}
          selected={version.version}
          onSelect={(chosen) => patch({ view: String(chosen) }, { replace: true })}
        />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-1.5">
          <Sideways current={tab}>
            <Segments
              label="What is shown"
              value={tab}
              options={TABS}
              onChange={(value) => patch({ tab: value === "content" ? null : value }, { replace: true })}
            />
          </Sideways>
          <span className="flex-1" />
          <Actions record={record} version={version} />
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto p-4">
          {tab === "content" && <ContentTab record={record} version={version} />}
          {tab === "compare" && <CompareTab record={record} version={version} />}
          {tab === "preview" && <PreviewTab key={version.version} record={record} version={version} />}
          {tab === "results" && <ResultsTab record={record} />}
          {tab === "rollout" && <RolloutTab record={record} />}
          {tab === "gate" && <GateTab record={record} version={version} />}
          {tab === "review" && <ReviewTab record={record} />}
          {tab === "moves" && <MovesTab record={record} />}
        </div>
      </div>
    </div>
  );
}

function Actions({ record, version }: { record: PromptRecord; version: PromptVersion }) {
  const [search] = useAddress();
  const navigate = useNavigate();
  const client = useQueryClient();
  const archive = useMutation({
    mutationFn: (archived: boolean) => archivePrompt(record.name, archived),
    onSuccess: (changed) => {
      client.setQueryData(promptQuery(record.name).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["prompts"] });
      notify(changed.archived ? "Archived. It is served as before." : "Taken out of the archive.");
    },
    onError: (error) => notify(error instanceof ApiProblem ? error.detail : String(error), { tone: "error" }),
  });
  const filter = `kind:generation prompt:${quote(record.name)} prompt_version:${quote(String(version.version))}`;
  return (
    <>
      <Link
        to="/traces"
        search={(old) => ({ ...carried(old), filter })}
        className="inline-flex h-7 items-center gap-1.5 rounded-ctl border border-line-strong bg-control px-2.5 text-label font-medium hover:bg-hover"
      >
        <Icon icon={ListTree} size={14} className="text-fg-3" />
        Traces of v{version.version}
      </Link>
      <Button
        icon={Pencil}
        disabled={record.archived}
        onClick={() =>
          void navigate({
            to: "/new-prompt",
            search: { ...carried(search), q: record.name, view: String(version.version) },
          } as never)
        }
      >
        Edit as new version
      </Button>
      <Button
        look="ghost"
        square
        icon={record.archived ? ArchiveRestore : Archive}
        aria-label={record.archived ? "Take out of the archive" : "Archive the prompt"}
        onClick={() => archive.mutate(!record.archived)}
      />
    </>
  );
}
