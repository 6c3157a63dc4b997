/** `?`: every command that has a key on this page. */

import { setOpen } from "@/features/frame/paletteState";
import { useCommandList } from "@/ui/commands";
import { Keys } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";

export default function Shortcuts() {
  const commands = useCommandList().filter((command) => command.key);
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <Dialog open onOpenChange={() => setOpen(null)} title="Keyboard shortcuts" wide>
      <div className="gap-x-10 wide:columns-2">
        {groups.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-fg-3">{group}</h3>
            <dl>
              {commands
                .filter((command) => command.group === group)
                .map((command) => (
                  <div
                    key={command.id}
                    className="flex h-7 items-center justify-between gap-4 border-b border-grid text-label"
                  >
                    <dt className="cut">{command.name}</dt>
                    <dd>
                      <Keys binding={command.key ?? ""} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
