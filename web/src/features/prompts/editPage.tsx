/** Saving a version: a new prompt, or the next version of one, with what changes before it is saved. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronRight, Save } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ApiProblem } from "@/api/client";
import { type Json, type PromptBody, type PromptRecord, type PromptType, promptQuery, savePrompt } from "@/api/prompts";
import { carried } from "@/domain/address";
import { oneLine } from "@/domain/format";
import { promptText } from "@/domain/prompts";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button, Segments, TextInput } from "@/ui/controls";
import { DiffText } from "@/ui/diffText";
import { Icon } from "@/ui/icons";
import { notify } from "@/ui/toasts";

const TYPES = [
  { value: "text", label: "Text" },
  { value: "chat", label: "Chat" },
] as const;
const FIRST_CHAT = '[\n  {"role": "system", "content": ""},\n  {"type": "placeholder", "name": "history"}\n]';

interface Draft {
  name: string;
  type: PromptType;
  prompt: string;
  config: string;
  message: string;
}

const EMPTY: Draft = { name: "", type: "text", prompt: "", config: "{}", message: "" };

export default function EditPage() {
  const [search] = useAddress();
  const name = search.q ?? "";
  const query = useQuery(promptQuery(name));
  const record = name && query.data?.name === name ? query.data : undefined;
  const title = name ? `New version of ${oneLine(name, 60)}` : "New prompt";
  return (
    <>
      <PageHeader
        title={title}
        timeless
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/prompts" search={(old) => carried(old)} className="text-fg-2 hover:text-fg">
              Prompts
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3" />
            <b className="recorded cut font-semibold">{title}</b>
          </div>
        }
      />
      {(!name || record) && <EditForm key={record?.name ?? ""} record={record} from={search.view} />}
    </>
  );
}

function draftOf(record: PromptRecord | undefined, from: string | undefined): Draft {
  const version = record?.versions.find((each) => String(each.version) === from) ?? record?.versions[0];
  if (!record || !version) return EMPTY;
  return {
    name: record.name,
    type: record.type,
    prompt: typeof version.prompt === "string" ? version.prompt : JSON.stringify(version.prompt, null, 2),
    config: JSON.stringify(version.config, null, 2),
    message: "",
  };
}

/** The body to send. Raises with words for the person. */
function bodyOf(draft: Draft, basedOn: number): PromptBody {
  const read = (text: string, what: string): Json => {
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw new Error(`${what} is not valid JSON.`);
    }
  };
  const config = read(draft.config || "{}", "The config");
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new Error("The config is a JSON object.");
  }
  const prompt = draft.type === "text" ? draft.prompt : read(draft.prompt, "The list of messages");
  return { name: draft.name.trim(), type: draft.type, prompt, config, message: draft.message, based_on: basedOn };
}

function EditForm({ record, from }: { record?: PromptRecord; from?: string }) {
  const [draft, setDraft] = useState(() => draftOf(record, from));
  // What the author saw first: a version saved by somebody else since is then a conflict, not lost.
  const [basedOn, setBasedOn] = useState(record?.versions[0]?.version ?? 0);
  const [search] = useAddress();
  const navigate = useNavigate();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => savePrompt(bodyOf(draft, basedOn)),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ["prompts"] });
      void client.invalidateQueries({ queryKey: promptQuery(saved.name).queryKey });
      notify(`Saved as v${saved.version}. No label points at it yet.`);
      const to = { to: "/prompts/$", params: { _splat: saved.name } };
      void navigate({ ...to, search: { ...carried(search), view: String(saved.version) } } as never);
    },
  });
  const conflict = save.error instanceof ApiProblem && save.error.code === "changed_meanwhile";
  const set = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  useEffect(() => {
    if (conflict && record) void client.invalidateQueries({ queryKey: promptQuery(record.name).queryKey });
  }, [conflict, record, client]);
  const newest = record?.versions[0];
  return (
    <form onSubmit={submit} className="grid min-h-0 flex-1 gap-5 overflow-y-auto p-4 broad:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-3 text-label">
        {!record && (
          <>
            <Field label="Name; folders by /">
              <TextInput
                value={draft.name}
                placeholder="support/answer"
                onChange={(event) => set({ name: event.target.value })}
              />
            </Field>
            <Segments
              label="Type"
              value={draft.type}
              options={TYPES}
              onChange={(type) => set({ type, prompt: type === "chat" && !draft.prompt ? FIRST_CHAT : draft.prompt })}
            />
          </>
        )}
        <Field label={draft.type === "text" ? "Prompt" : "Messages, as JSON"}>
          <Editor rows={16} value={draft.prompt} onChange={(prompt) => set({ prompt })} />
        </Field>
        <p className="text-fg-3">
          {"{{name}} is a variable; {{>name@label}} includes another text prompt. Nothing is evaluated."}
        </p>
        <Field label="Config: model, parameters, tools, response schema, retrieval">
          <Editor rows={6} value={draft.config} onChange={(config) => set({ config })} />
        </Field>
        <Field label="What changes, and why">
          <TextInput value={draft.message} onChange={(event) => set({ message: event.target.value })} />
        </Field>
        {save.error && (
          <p role="alert" className="recorded text-error">
            {save.error instanceof ApiProblem ? save.error.detail : save.error.message}
          </p>
        )}
        <div className="flex gap-2">
          <Button
            type="submit"
            look="primary"
            icon={Save}
            disabled={!draft.name.trim() || !draft.prompt || save.isPending}
          >
            Save as a new version
          </Button>
          {conflict && newest && newest.version !== basedOn && (
            <Button onClick={() => setBasedOn(newest.version)}>I have seen v{newest.version}: save on top of it</Button>
          )}
        </div>
      </div>
      {newest && (
        <section aria-label="Changes" className="min-w-0">
          <h2 className="mb-1 text-label font-medium text-fg-2">Changes from v{newest.version}</h2>
          <div className="rounded-ctl border border-line bg-code p-3">
            <DiffText before={promptText(newest.prompt)} after={draftText(draft)} />
          </div>
        </section>
      )}
    </form>
  );
}

function draftText(draft: Draft): string {
  if (draft.type === "text") return draft.prompt;
  try {
    return promptText(JSON.parse(draft.prompt));
  } catch {
    return draft.prompt;
  }
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="flex flex-col gap-1">
      <span className="text-fg-2">{label}</span>
      {children}
    </label>
  );
}

function Editor({ rows, value, onChange }: { rows: number; value: string; onChange: (text: string) => void }) {
  return (
    <textarea
      rows={rows}
      spellCheck={false}
      className="mono rounded-ctl border border-line-strong bg-control p-2 outline-none focus:border-accent"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
