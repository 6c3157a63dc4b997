/** Settings: sections at the left, one at a time. What the person may not change is not offered. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import type { ComponentType } from "react";
import { meQuery } from "@/api/identity";
import type { Me } from "@/api/types";
import { carried } from "@/domain/address";
import { PageHeader } from "@/features/frame/pageHeader";
import { cx } from "@/ui/classes";
import { Empty } from "@/ui/states";
import { AccountSection } from "./accountSection";
import { DeadLettersSection } from "./deadLettersSection";
import { KeysSection } from "./keysSection";
import { MembersSection } from "./membersSection";
import { ModelsSection } from "./modelsSection";
import { PricesSection } from "./pricesSection";
import { ProjectSection } from "./projectSection";
import { ViewsSection } from "./viewsSection";
import { WebhooksSection } from "./webhooksSection";

interface SectionInfo {
  id: string;
  label: string;
  /** The permission that it needs; none for what everybody may see. */
  needs?: Me["permissions"][number];
  view: ComponentType;
}

const SECTIONS: readonly SectionInfo[] = [
  { id: "project", label: "Project", needs: "admin", view: ProjectSection },
  { id: "keys", label: "API keys", needs: "admin", view: KeysSection },
  { id: "members", label: "Members", needs: "admin", view: MembersSection },
  { id: "models", label: "Models", needs: "admin", view: ModelsSection },
  { id: "prices", label: "Model prices", needs: "admin", view: PricesSection },
  { id: "webhooks", label: "Webhooks", needs: "admin", view: WebhooksSection },
  { id: "views", label: "Saved views", view: ViewsSection },
  { id: "dead-letters", label: "Dead letters", needs: "admin", view: DeadLettersSection },
  { id: "account", label: "Account", view: AccountSection },
];

export default function SettingsPage() {
  const { section } = useParams({ strict: false });
  const { data: me } = useQuery(meQuery());
  const may = (info: SectionInfo) => !info.needs || (me?.permissions.includes(info.needs) ?? false);
  const active = SECTIONS.find((info) => info.id === section) ?? SECTIONS.find(may) ?? SECTIONS[0];
  if (!active) return null;
  const View = active.view;
  return (
    <>
      <PageHeader title="Settings" timeless />
      <div className="flex min-h-0 flex-1 max-wide:flex-col">
        <nav
          aria-label="Sections of the settings"
          className="flex shrink-0 gap-px border-line p-2 max-wide:overflow-x-auto max-wide:border-b wide:w-[184px] wide:flex-col wide:border-r"
        >
          {SECTIONS.map((info) => (
            <Link
              key={info.id}
              to="/settings/$section"
              params={{ section: info.id }}
              search={(old) => carried(old)}
              aria-current={info === active ? "page" : undefined}
              className={cx(
                "flex h-7 shrink-0 items-center rounded-ctl px-2",
                info === active ? "bg-n4 font-medium" : "text-fg-2 hover:bg-hover",
              )}
            >
              {info.label}
            </Link>
          ))}
        </nav>
        <div
          tabIndex={0}
          role="region"
          aria-label={active.label}
          className="flex min-w-0 flex-1 flex-col gap-10 overflow-y-auto p-4 wide:p-6"
        >
          {me &&
            (may(active) ? (
              <View />
            ) : (
              <Empty icon={Lock} title="Only admins see this">
                Your role in this project is {me.role}. Ask an admin for what you need.
              </Empty>
            ))}
        </div>
      </div>
    </>
  );
}
