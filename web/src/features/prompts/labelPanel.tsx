/** Deployment: where labels point, moving one with a reason, splitting one, and rolling back with an undo. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Lock, Rocket, Undo2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import {
  type LabelBody,
  moveLabel,
  type PromptRecord,
  type PromptVersion,
  promptQuery,
  type Rollout,
  rollBack,
} from "@/api/prompts";
import { proposalsQuery, proposeMove } from "@/api/proposals";
import { armsText } from "@/domain/prompts";
import { Button, TextInput } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Dialog } from "@/ui/overlays";
import { notify } from "@/ui/toasts";

export function LabelPanel({ record, version }: { record: PromptRecord; version: PromptVersion }) {
  const [dialog, setDialog] = useState<{ label: string } | null>(null);
  const change = useLabelChange(record);
  const propose = usePropose(record);
  const labels = [...record.labels];
  if (!labels.some((label) => label.label === "production")) {
    labels.unshift({ label: "production", rollout_id: null, arms: [] });
  }
  return (
    <section aria-label="Labels" className="border-b border-line px-4 py-3">
      <ul className="flex flex-col gap-1.5">
        {labels.map((label) => (
          <li key={label.label} className="flex items-center gap-1.5 text-label">
            <b className="cut min-w-0 font-medium">{label.label}</b>
            {record.protected_labels.includes(label.label) && (
              <span title="Protected: only admins move it">
                <Icon icon={Lock} size={12} className="text-fg-3" />
              </span>
            )}
            <span className="flex-1 text-right tabular-nums text-fg-2">{armsText(label.arms)}</span>
            <Button
              look="ghost"
              square
              icon={Undo2}
              aria-label={`Roll ${label.label} back to where it pointed before`}
              disabled={record.archived || !canRollBack(record, label.label)}
              onClick={() => change.mutate({ label: label.label, kind: "rollback" })}
            />
          </li>
        ))}
      </ul>
      <Button
        className="mt-2 w-full"
        look="primary"
        icon={Rocket}
        disabled={record.archived}
        onClick={() => setDialog({ label: "production" })}
      >
        Deploy v{version.version}
      </Button>
      <Dialog
        open={dialog !== null}
        onOpenChange={() => setDialog(null)}
        title={`Deploy v${version.version}`}
        description="Moves a label to this version. Applications see it with their next refresh."
      >
        {dialog && (
          <MoveForm
            record={record}
            version={version}
            onMove={(label, body) => {
              change.mutate({ label, kind: "move", body });
              setDialog(null);
            }}
            onPropose={(label, body) => {
              propose.mutate({ label, body });
              setDialog(null);
            }}
          />
        )}
      </Dialog>
    </section>
  );
}

function canRollBack(record: PromptRecord, label: string): boolean {
  return record.moves.filter((move) => move.label === label).length > 1;
}

type Change = { label: string; kind: "move"; body: LabelBody } | { label: string; kind: "rollback" };

/** Moves a label; the note that says so offers to put it back where it was. */
function useLabelChange(record: PromptRecord) {
  const client = useQueryClient();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: promptQuery(record.name).queryKey });
    void client.invalidateQueries({ queryKey: ["prompts"] });
  };
  const run = (change: Change): Promise<Rollout> =>
    change.kind === "move"
      ? moveLabel(record.name, change.label, change.body)
      : rollBack(record.name, change.label, "rolled back on the prompt's page");
  const putBack = async (label: string, old: Rollout) => {
    const [first] = old.arms;
    if (!first) return;
    const where = old.arms.length > 1 ? { split: old.arms } : { version: first.version };
    try {
      await moveLabel(record.name, label, { ...where, reason: "undone" });
      notify(`${label} is back at ${armsText(old.arms)}.`);
    } catch (error) {
      fail(error);
    }
    refresh();
  };
  return useMutation({
    mutationFn: run,
    onSuccess: (moved, { label, kind }) => {
      const old = record.labels.find((each) => each.label === label);
      const text = `${label} ${kind === "rollback" ? "was rolled back to" : "points at"} ${armsText(moved.arms)}.`;
      notify(text, old ? { undo: () => void putBack(label, old) } : {});
    },
    onError: fail,
    onSettled: refresh,
  });
}

/** Asks somebody else to look at a move first. */
function usePropose(record: PromptRecord) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ label, body }: { label: string; body: LabelBody }) => proposeMove(record.name, label, body),
    onSuccess: () => {
      notify("Proposed. Somebody else approves it under Review.");
      void client.invalidateQueries({ queryKey: proposalsQuery(record.name).queryKey });
    },
    onError: fail,
  });
}

function fail(error: unknown): void {
  notify(error instanceof ApiProblem ? error.detail || error.message : String(error), { tone: "error" });
}

function MoveForm({
  record,
  version,
  onMove,
  onPropose,
}: {
  record: PromptRecord;
  version: PromptVersion;
  onMove: (label: string, body: LabelBody) => void;
  onPropose: (label: string, body: LabelBody) => void;
}) {
  const [label, setLabel] = useState("production");
  const [reason, setReason] = useState("");
  const [percent, setPercent] = useState("100");
  const old = record.labels.find((each) => each.label === label);
  const share = Number(percent) / 100;
  const base = old?.arms[0];
  const split = share > 0 && share < 1 && base !== undefined && base.version !== version.version;
  const valid = /^[\w.-]{1,64}$/.test(label) && (share === 1 || split);
  const body = (): LabelBody => {
    const where = split
      ? {
          split: [
            { version: base.version, probability: round(1 - share) },
            { version: version.version, probability: round(share) },
          ],
        }
      : { version: version.version };
    return { ...where, reason, expected: old?.arms ?? [] };
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onMove(label, body());
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 text-label">
      <label className="flex flex-col gap-1">
        <span className="text-fg-2">Label</span>
        <TextInput value={label} onChange={(event) => setLabel(event.target.value)} list="prompt-labels" />
        <datalist id="prompt-labels">
          {[...new Set(["production", "staging", ...record.labels.map((each) => each.label)])].map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      </label>
      <label className="flex flex-col gap-1">
        <span className="text-fg-2">Share of users who get v{version.version}, in percent</span>
        <TextInput
          type="number"
          min={1}
          max={100}
          step="any"
          value={percent}
          onChange={(event) => setPercent(event.target.value)}
        />
      </label>
      <label className="flex flex-col gap-1">
        <span className="text-fg-2">Why</span>
        <TextInput
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          placeholder="What it changes, and what speaks for it"
        />
      </label>
      <p className="text-fg-2">
        {label || "The label"}: {armsText(old?.arms ?? [])} →{" "}
        {split
          ? armsText([
              { version: base.version, probability: 1 - share },
              { version: version.version, probability: share },
            ])
          : `v${version.version}`}
      </p>
      {split && (
        <p className="text-fg-2">
          Guardrails compare the two, user by user, and take v{version.version} back when it is worse. See the tab
          Rollout.
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={!valid}>
          Move the label
        </Button>
        <Button disabled={!valid} onClick={() => onPropose(label, body())}>
          Propose
        </Button>
      </div>
    </form>
  );
}

function round(share: number): number {
  return Number(share.toFixed(6));
}
