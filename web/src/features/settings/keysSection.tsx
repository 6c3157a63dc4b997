/** API keys. A secret is shown once, to be copied, and never again. */

import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus, RefreshCw, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { createKey, keysQuery, type NewKey, type Role, revokeKey, rotateKey } from "@/api/settings";
import { Badge, Button, CopyButton, Select, TextInput } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";
import { Age } from "@/ui/values";
import { Row, Section, useChange } from "./section";

const KEY_ROLES = ["ingest", "viewer", "member", "admin"] as const satisfies readonly Role[];

export function KeysSection() {
  const { data: keys = [] } = useQuery(keysQuery());
  const [shown, setShown] = useState<NewKey | null>(null);
  const revoke = useChange(revokeKey, "Key revoked");
  const rotate = useChange(rotateKey, null, setShown);
  return (
    <Section
      title="API keys"
      about="A key opens this project. Give an app a key with the role ingest: it may send spans and feedback, and read nothing."
    >
      <NewKeyForm onMade={setShown} />
      <ul>
        {keys.map((key) => (
          <Row key={key.id}>
            <b className="recorded cut w-40 font-medium">{key.name}</b>
            <Badge>{key.role}</Badge>
            <span className="mono-s flex items-center gap-1 text-fg-2">
              {key.public_key}
              <CopyButton text={key.public_key} label="Copy the public key" />
            </span>
            <span className="mono-s text-fg-3">{key.prefix && `${key.prefix}…`}</span>
            <span className="flex-1" />
            <span className="text-fg-3">
              {key.last_used_time ? (
                <>
                  used <Age time={key.last_used_time} ago />
                </>
              ) : (
                "never used"
              )}
            </span>
            <Button
              look="ghost"
              square
              icon={RefreshCw}
              aria-label={`Replace the key ${key.name}; the old one stays good for a day`}
              onClick={() => rotate.mutate(key.id)}
            />
            <Button
              look="ghost"
              square
              icon={Trash2}
              aria-label={`Revoke the key ${key.name}`}
              onClick={() => revoke.mutate(key.id)}
            />
          </Row>
        ))}
        {keys.length === 0 && (
          <li className="text-label text-fg-3">
            No key yet. On this machine the server needs none; anywhere else it does.
          </li>
        )}
      </ul>
      <Dialog
        open={shown !== null}
        onOpenChange={() => setShown(null)}
        title="Copy the secret now"
        description="It is shown this once. The server keeps only its hash; if it is lost, make another key."
      >
        {shown && (
          <dl className="flex flex-col gap-3">
            <Secret label="Secret key" text={shown.secret_key} />
            <Secret label="Public key" text={shown.public_key} />
            <Secret
              label="For your app"
              text={`PELLUCID_URL=${location.origin}\nPELLUCID_API_KEY=${shown.secret_key}`}
            />
          </dl>
        )}
      </Dialog>
    </Section>
  );
}

function Secret({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <dt className="text-label text-fg-2">{label}</dt>
      <dd className="mono recorded mt-1 flex items-start gap-2 rounded-ctl border border-line bg-code px-2 py-1.5">
        <span className="flex-1 whitespace-pre-wrap">{text}</span>
        <CopyButton text={text} label={`Copy: ${label}`} />
      </dd>
    </div>
  );
}

function NewKeyForm({ onMade }: { onMade: (key: NewKey) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<(typeof KEY_ROLES)[number]>("ingest");
  const create = useChange(createKey, null, (key) => {
    setName("");
    onMade(key);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) create.mutate({ name: name.trim(), role, expires_time: null });
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2" aria-label="Make a key">
      <KeyRound size={16} strokeWidth={1.5} className="text-fg-3" aria-hidden="true" />
      <TextInput
        aria-label="Name of the key"
        placeholder="What will use it"
        value={name}
        onChange={(event) => setName(event.target.value)}
        className="w-56"
      />
      <Select label="Role of the key" value={role} options={KEY_ROLES} onChange={setRole} />
      <Button type="submit" look="primary" icon={Plus} disabled={!name.trim() || create.isPending}>
        Make a key
      </Button>
    </form>
  );
}
