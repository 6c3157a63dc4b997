/** Proposals to move a label: what would change, what people say of it, and the decision. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import { type PromptRecord, promptQuery } from "@/api/prompts";
import { type Decision, decideProposal, type Proposal, proposalsQuery, remarkOnProposal } from "@/api/proposals";
import { armsText, promptText } from "@/domain/prompts";
import { Badge, Button, TextInput } from "@/ui/controls";
import { DiffText } from "@/ui/diffText";
import { Problem } from "@/ui/states";
import { notify } from "@/ui/toasts";
import { Age } from "@/ui/values";

export function ReviewTab({ record }: { record: PromptRecord }) {
  const query = useQuery(proposalsQuery(record.name));
  if (query.error && !query.data) {
    return <Problem error={query.error} what="The proposals" onRetry={() => void query.refetch()} />;
  }
  if (!query.data) return null;
  if (query.data.length === 0) {
    return (
      <p className="text-label text-fg-2">
        Nothing was proposed. Choose a version, Deploy, and Propose: somebody else then looks at it first.
      </p>
    );
  }
  return (
    <ul aria-label="Proposals" className="flex flex-col gap-4">
      {query.data.map((proposal) => (
        <ProposalCard key={proposal.id} proposal={proposal} record={record} />
      ))}
    </ul>
  );
}

/** Runs a change of a proposal, and asks anew for what follows from it. */
function useProposalChange<Input>(name: string, run: (input: Input) => Promise<Proposal>, done?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: done,
    onError: (error) => notify(error instanceof ApiProblem ? error.detail : String(error), { tone: "error" }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: proposalsQuery(name).queryKey });
      void client.invalidateQueries({ queryKey: promptQuery(name).queryKey });
    },
  });
}

function ProposalCard({ proposal, record }: { proposal: Proposal; record: PromptRecord }) {
  const open = proposal.status === "open";
  const textOf = (version: number | undefined) =>
    promptText(record.versions.find((each) => each.version === version)?.prompt ?? "");
  return (
    <li className="max-w-[110ch] rounded-ctl border border-line p-3 text-label">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <b className="font-medium">{proposal.label}</b>
        <span className="tabular-nums">
          {armsText(proposal.before)} → {armsText(proposal.after)}
        </span>
        <Badge tone={open ? "accent" : proposal.status === "deployed" ? "good" : "plain"}>{proposal.status}</Badge>
        <span className="recorded text-fg-2">by {proposal.author}</span>
        <span className="text-fg-3">
          <Age time={proposal.created_time} ago />
        </span>
        {proposal.decided_by && <span className="recorded text-fg-2">decided by {proposal.decided_by}</span>}
      </div>
      {proposal.reason && <p className="recorded mt-1 text-body">{proposal.reason}</p>}
      {open && (
        <section aria-label="Proposed change" className="mt-2 rounded-ctl border border-line bg-code p-3">
          <DiffText before={textOf(proposal.before[0]?.version)} after={textOf(proposal.after.at(-1)?.version)} />
        </section>
      )}
      <ul className="mt-2 flex flex-col gap-1">
        {proposal.remarks.map((remark) => (
          <li key={`${remark.time}${remark.text}`} className="flex gap-2">
            <b className="recorded font-medium">{remark.author}</b>
            <span className="recorded min-w-0 flex-1">{remark.text}</span>
            <span className="text-fg-3">
              <Age time={remark.time} />
            </span>
          </li>
        ))}
      </ul>
      {open && <Decide proposal={proposal} name={record.name} />}
    </li>
  );
}

function Decide({ proposal, name }: { proposal: Proposal; name: string }) {
  const [text, setText] = useState("");
  const decide = useProposalChange(name, (decision: Decision) => decideProposal(proposal.id, decision));
  const remark = useProposalChange(
    name,
    (said: string) => remarkOnProposal(proposal.id, said),
    () => setText(""),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) remark.mutate(text.trim());
  };
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      <form onSubmit={submit} className="flex min-w-0 flex-1 gap-2">
        <TextInput
          aria-label="Remark"
          placeholder="What do you think of it?"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="flex-1"
        />
        <Button type="submit" disabled={!text.trim() || remark.isPending}>
          Say it
        </Button>
      </form>
      {proposal.mine ? (
        <Button icon={X} onClick={() => decide.mutate("withdraw")}>
          Withdraw
        </Button>
      ) : (
        <>
          <Button icon={X} onClick={() => decide.mutate("reject")}>
            Reject
          </Button>
          <Button look="primary" icon={Check} onClick={() => decide.mutate("approve")}>
            Approve and deploy
          </Button>
        </>
      )}
    </div>
  );
}
