/** How a pipeline announces a deploy: to copy, with this server's own address. */

import { useState } from "react";
import { CopyButton, Segments } from "@/ui/controls";

type Way = "curl" | "actions" | "argo";

const WAYS = [
  { value: "curl", label: "curl" },
  { value: "actions", label: "GitHub Actions" },
  { value: "argo", label: "Argo CD" },
] as const;

const CODE: Record<Way, (origin: string) => string> = {
  curl: (origin) => `curl -sf -X POST "${origin}/api/v1/events" \\
  -H "authorization: Bearer $PELLUCID_API_KEY" -H "content-type: application/json" \\
  -d '{"kind": "deploy", "title": "Release 2.8.0",
       "scope": {"environment": "production"}, "after": {"release": "2.8.0"}}'`,
  actions: (origin) => `- name: Tell Pellucid of the deploy
  env:
    PELLUCID_API_KEY: \${{ secrets.PELLUCID_API_KEY }}
  run: |
    curl -sf -X POST "${origin}/api/v1/events" \\
      -H "authorization: Bearer $PELLUCID_API_KEY" -H "content-type: application/json" \\
      -d "{\\"id\\": \\"deploy-$GITHUB_SHA\\", \\"kind\\": \\"deploy\\", \\"title\\": \\"Deploy $GITHUB_REF_NAME\\",
           \\"scope\\": {\\"environment\\": \\"production\\"}, \\"after\\": {\\"release\\": \\"$GITHUB_SHA\\"}}"`,
  argo: (origin) => `# argocd-notifications-cm
service.webhook.pellucid: |
  url: ${origin}/api/v1/events
  headers:
    - name: authorization
      value: Bearer $pellucid-key
    - name: content-type
      value: application/json
template.pellucid-deploy: |
  webhook:
    pellucid:
      method: POST
      body: |
        {"id": "argo-{{.app.metadata.name}}-{{.app.status.sync.revision}}", "kind": "deploy",
         "title": "{{.app.metadata.name}} {{.app.status.sync.revision}}",
         "scope": {"environment": "production"}, "after": {"release": "{{.app.status.sync.revision}}"}}
trigger.on-deployed: |
  - when: app.status.operationState.phase in ['Succeeded']
    oncePer: app.status.sync.revision
    send: [pellucid-deploy]`,
};

export function DeploySnippets() {
  const [way, setWay] = useState<Way>("curl");
  const code = CODE[way](location.origin);
  return (
    <div className="flex min-w-0 flex-col gap-2 text-left">
      <Segments label="Pipeline" value={way} options={WAYS} onChange={setWay} />
      <div className="relative min-w-0">
        <div
          role="region"
          tabIndex={0}
          aria-label="Snippet"
          className="overflow-x-auto rounded-ctl border border-line bg-control p-3 pr-8"
        >
          <pre className="mono max-wide:whitespace-pre-wrap max-wide:break-all">{code}</pre>
        </div>
        <CopyButton text={code} label="Copy the snippet" className="absolute top-2 right-2" />
      </div>
      <p className="text-label text-fg-2">
        The same id again replaces the event. What the scope names, and the release, make the slice whose traffic is
        compared.
      </p>
    </div>
  );
}
