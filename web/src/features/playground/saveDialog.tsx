/** Keeping a pane's messages as a new version of a prompt, or as a new prompt (a fork). */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { savePrompt } from "@/api/prompts";
import { type Pane, promptOf } from "@/domain/panes";
import { Button, TextInput } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";
import { complain, notify } from "@/ui/toasts";

export function SaveDialog({ pane, onClose }: { pane: Pane; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [message, setMessage] = useState(pane.prompt ? `From the playground, beside ${pane.prompt.name}` : "");
  const save = useMutation({
    mutationFn: () => savePrompt({ name: name.trim(), type: "chat", message, ...promptOf(pane) }),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ["prompts"] });
      notify(`Saved as v${saved.version} of ${saved.name}. No label points at it yet.`);
      void navigate({
        to: "/prompts/$",
        params: { _splat: saved.name },
        search: { view: String(saved.version) },
      } as never);
    },
    onError: (error) => complain(error, "Not saved"),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Save as a prompt"
      description="The pane's messages become a version of a chat prompt, its model, parameters, tools and schema its config. A name that exists gets a new version."
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <label className="flex flex-col gap-1 text-label">
          Name; folders by /
          <TextInput value={name} onChange={(event) => setName(event.target.value)} required autoFocus />
        </label>
        <label className="flex flex-col gap-1 text-label">
          What changes, and why
          <TextInput value={message} onChange={(event) => setMessage(event.target.value)} />
        </label>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!name.trim() || save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
