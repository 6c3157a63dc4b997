/** People of the project, and invitations. */

import { useQuery } from "@tanstack/react-query";
import { Trash2, UserPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { changeMember, inviteMember, membersQuery, ROLES, type Role, removeMember } from "@/api/settings";
import { Badge, Button, CopyButton, Select, TextInput } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";
import { Row, Section, useChange } from "./section";

const PERSON_ROLES = ROLES.filter((role) => role !== "ingest");

export function MembersSection() {
  const { data: members = [] } = useQuery(membersQuery());
  const [token, setToken] = useState<string | null>(null);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const invite = useChange(inviteMember, "Invited", (invited) => {
    setEmail("");
    setToken(invited.token);
  });
  const change = useChange(
    (argument: { id: string; role: Role }) => changeMember(argument.id, argument.role),
    "Role changed",
  );
  const remove = useChange(removeMember, "Removed");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (email.trim()) invite.mutate({ email: email.trim(), role });
  };
  return (
    <Section
      title="Members"
      about="Viewers read; members also write prompts, scores, views and comments; admins also keep keys, prices and people."
    >
      <form onSubmit={submit} className="flex flex-wrap items-center gap-2" aria-label="Invite somebody">
        <TextInput
          type="email"
          aria-label="E-mail address"
          placeholder="name@example.com"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          className="w-64"
        />
        <Select label="Role" value={role} options={PERSON_ROLES} onChange={setRole} />
        <Button type="submit" look="primary" icon={UserPlus} disabled={!email.includes("@") || invite.isPending}>
          Invite
        </Button>
      </form>
      <ul>
        {members.map((member) => (
          <Row key={member.id}>
            <b className="recorded cut w-44 font-medium">{member.name || member.email}</b>
            <span className="recorded cut flex-1 text-fg-2">{member.email}</span>
            {member.invited && <Badge tone="warn">invited</Badge>}
            <Select
              label={`Role of ${member.email}`}
              value={member.role}
              options={PERSON_ROLES}
              onChange={(next) => change.mutate({ id: member.id, role: next })}
            />
            <Button
              look="ghost"
              square
              icon={Trash2}
              aria-label={`Remove ${member.email}`}
              onClick={() => remove.mutate(member.id)}
            />
          </Row>
        ))}
        {members.length === 0 && <li className="text-label text-fg-3">Nobody but you.</li>}
      </ul>
      <Dialog
        open={token !== null}
        onOpenChange={() => setToken(null)}
        title="Hand over this link"
        description="It opens an account once. It is shown this once."
      >
        {token && (
          <p className="mono recorded flex items-start gap-2 rounded-ctl border border-line bg-code px-2 py-1.5">
            <span className="flex-1">{invitationLink(token)}</span>
            <CopyButton text={invitationLink(token)} label="Copy the link" />
          </p>
        )}
      </Dialog>
    </Section>
  );
}

function invitationLink(token: string): string {
  return `${location.origin}/sign-in#invitation=${encodeURIComponent(token)}`;
}
