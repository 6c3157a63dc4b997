/** Links to a dashboard for people without an account. A new one is shown once. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link2, Trash2 } from "lucide-react";
import { useState } from "react";
import { createShare, revokeShare, sharesQuery } from "@/api/dashboards";
import { Button, CopyButton, Select } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";
import { complain } from "@/ui/toasts";
import { Clock } from "@/ui/values";
import { Labelled } from "./widgetForm";

export function SharePanel({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQueryClient();
  const { data: shares = [] } = useQuery(sharesQuery(id));
  const [days, setDays] = useState("30");
  const [url, setUrl] = useState("");
  const refresh = () => void client.invalidateQueries({ queryKey: ["shares", id] });
  const failed = (error: Error) => complain(error, "That did not work");
  const make = useMutation({
    mutationFn: () => createShare(id, days ? Number(days) : null),
    onSuccess: ({ path }) => {
      setUrl(location.origin + path);
      refresh();
    },
    onError: failed,
  });
  const revoke = useMutation({
    mutationFn: (share: string) => revokeShare(id, share),
    onSuccess: refresh,
    onError: failed,
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Share by link"
      description="Whoever has the link sees these charts, of any time range, without signing in. They see no traces and can change nothing."
    >
      <div className="flex items-end gap-2">
        <Labelled label="Ends">
          <Select
            value={days}
            options={[
              ["1", "after a day"],
              ["7", "after a week"],
              ["30", "after 30 days"],
              ["", "when it is revoked"],
            ]}
            onChange={setDays}
          />
        </Labelled>
        <Button look="primary" icon={Link2} disabled={make.isPending} onClick={() => make.mutate()}>
          Make a link
        </Button>
      </div>
      {url && (
        <div className="mt-3 rounded-ctl bg-accent-soft p-2">
          <p className="mb-1 text-micro text-fg-2">Copy it now: it is not shown again.</p>
          <div className="flex items-center gap-2">
            <output aria-label="The link" className="mono-s recorded min-w-0 flex-1">
              {url}
            </output>
            <CopyButton text={url} label="Copy the link" />
          </div>
        </div>
      )}
      <ul className="mt-4" aria-label="Links">
        {shares.map((share) => (
          <li key={share.id} className="flex h-8 items-center gap-3 border-b border-line text-label">
            <span className="flex-1">
              Made <Clock time={share.created_time} clock="date" />
            </span>
            <span className="text-fg-2">
              {share.expires_time ? (
                <>
                  ends <Clock time={share.expires_time} clock="date" />
                </>
              ) : (
                "until revoked"
              )}
            </span>
            <Button
              look="ghost"
              square
              icon={Trash2}
              aria-label="Revoke the link"
              onClick={() => revoke.mutate(share.id)}
            />
          </li>
        ))}
        {shares.length === 0 && <li className="text-label text-fg-3">Nobody has a link to this dashboard.</li>}
      </ul>
    </Dialog>
  );
}
