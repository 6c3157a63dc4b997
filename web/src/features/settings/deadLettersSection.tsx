/** Requests that could not be decoded or stored: kept, shown, and sent again when their cause is gone. */

import { useQuery } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { deadLettersQuery, lossesQuery, replayDeadLetter } from "@/api/settings";
import { formatBytes, plural } from "@/domain/format";
import { Badge, Button } from "@/ui/controls";
import { Problem } from "@/ui/states";
import { Age } from "@/ui/values";
import { Row, Section, useChange } from "./section";

export function DeadLettersSection() {
  const query = useQuery(deadLettersQuery());
  const replay = useChange(replayDeadLetter, "Sent again");
  const letters = query.data ?? [];
  return (
    <Section
      title="Dead letters"
      about="What arrived and was confirmed but could not be understood or stored. Nothing is lost: mend the cause, then send it again."
    >
      {query.error && <Problem error={query.error} what="The dead letters" onRetry={() => void query.refetch()} />}
      <ul>
        {letters.map((letter) => (
          <Row key={letter.id}>
            <span className="w-20 text-fg-3">
              <Age time={letter.received_at} ago />
            </span>
            <Badge>{letter.signal}</Badge>
            <span className="text-fg-2">
              {formatBytes(letter.bytes)}, {plural(letter.attempts, "attempt")}
            </span>
            <span className="recorded min-w-0 flex-1 text-error">{letter.error}</span>
            <Button icon={RotateCw} onClick={() => replay.mutate(letter.id)}>
              Send again
            </Button>
          </Row>
        ))}
        {query.data && letters.length === 0 && (
          <li className="text-label text-fg-3">None. Everything that arrived was understood.</li>
        )}
      </ul>
      <ClientLossList />
    </Section>
  );
}

/** What never arrived: the counters that clients send of what they had to drop. */
function ClientLossList() {
  const { data: clients = [] } = useQuery(lossesQuery());
  if (clients.length === 0) return null;
  return (
    <>
      <h3 className="mt-4 mb-1">Lost before it arrived</h3>
      <ul>
        {clients.map((client) => (
          <Row key={client.client_id}>
            <span className="w-20 text-fg-3">
              <Age time={client.time} ago />
            </span>
            <span className="recorded">{client.service || client.client_id.slice(0, 8)}</span>
            <span className="min-w-0 flex-1 text-warn">
              {Object.entries(client.lost)
                .map(([reason, count]) => `${plural(count, "span")}: ${reason.replaceAll("_", " ")}`)
                .join(", ")}
            </span>
            <span className="text-fg-3">client {client.client_version}</span>
          </Row>
        ))}
      </ul>
    </>
  );
}
