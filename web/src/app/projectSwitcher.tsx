/** Which project is looked at: a menu on the rail, a choice on a narrow screen. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, ChevronDown } from "lucide-react";
import { chooseProject } from "@/api/client";
import { meQuery } from "@/api/identity";
import { cx } from "@/ui/classes";
import { Select } from "@/ui/controls";
import { Icon, Logo } from "@/ui/icons";
import { Menu, MenuItem, MenuLabel } from "@/ui/overlays";

export function ProjectSwitcher({ wide }: { wide: boolean }) {
  const { me, name, choose } = useProjects();
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`Project ${name}`}
          title={`Project ${name}`}
          className={cx(
            "mb-2.5 flex h-7 shrink-0 items-center gap-2 rounded-ctl font-semibold hover:bg-hover",
            wide ? "px-1.5" : "w-8 justify-center",
          )}
        >
          <Logo />
          {wide && <span className="cut flex-1 text-left">{name}</span>}
          {wide && <Icon icon={ChevronDown} size={14} className="text-fg-3" />}
        </button>
      }
    >
      <MenuLabel>{me?.organization.name ?? "Organisation"}</MenuLabel>
      {me?.projects.map((project) => (
        <MenuItem
          key={project.id}
          hint={project.id === me.project.id && <Icon icon={Check} size={14} />}
          onSelect={() => choose(project.id)}
        >
          {project.name}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** The same choice as a field, for the sheet of a narrow screen. */
export function ProjectMenu() {
  const { me, choose } = useProjects();
  if (!me) return null;
  return (
    <Select
      label="Project"
      className="mb-2 w-full"
      value={me.project.id}
      options={me.projects.map((project) => [project.id, project.name] as const)}
      onChange={choose}
    />
  );
}

function useProjects() {
  const { data: me } = useQuery(meQuery());
  const client = useQueryClient();
  const choose = (id: string) => {
    chooseProject(id);
    void client.resetQueries();
  };
  return { me, name: me?.project.name ?? "", choose };
}
