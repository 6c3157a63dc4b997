/** Why something was not done, in the server's words, where it was asked. */

import { explained } from "@/api/client";

export function Refusal({ error }: { error: Error | null }) {
  if (!error) return null;
  return (
    <p role="alert" className="recorded text-label text-error">
      {explained(error)}
    </p>
  );
}
