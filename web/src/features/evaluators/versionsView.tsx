/** All versions of an evaluator, the newest first. */

import { useQuery } from "@tanstack/react-query";
import { type Evaluator, versionsQuery } from "@/api/evaluators";
import { definitionText } from "@/domain/evaluators";
import { Problem } from "@/ui/states";
import { Age } from "@/ui/values";

export function VersionsView({ evaluator }: { evaluator: Evaluator }) {
  const query = useQuery(versionsQuery(evaluator.id));
  if (query.error) return <Problem error={query.error} what="The versions" onRetry={() => void query.refetch()} />;
  return (
    <ol aria-label="Versions">
      {query.data?.map((version) => (
        <li key={version.version} className="border-b border-line py-2">
          <details>
            <summary className="cursor-pointer">
              <b className="font-medium">Version {version.version}</b>
              <span className="ml-3 text-label text-fg-2">
                {version.kind}, {version.output}, <Age time={version.created_time} ago />
                {version.note && `: ${version.note}`}
              </span>
            </summary>
            <pre className="mono-s recorded mt-2 overflow-x-auto text-fg-2">{definitionText(version.definition)}</pre>
          </details>
        </li>
      ))}
    </ol>
  );
}
