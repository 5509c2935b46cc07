/** Who is looking, and the way out where people sign in. */
import { Menu, UnstyledButton } from "@mantine/core";
import { LogOut } from "lucide-react";

import type { Session } from "../shared/api";
import { Avatar } from "../shared/Avatar";

export function Account({ session, isLocal }: { readonly session: Session; readonly isLocal: boolean }) {
  if (isLocal) return <span className="dr-account"><Avatar name={session.name} color={session.color} /></span>;
  return (
    <Menu position="bottom-end" withInitialFocusPlaceholder={false} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className="dr-account" aria-label={`Account of ${session.name}`}><Avatar name={session.name} color={session.color} /></UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label><span dir="auto">{session.name}</span><br />{session.user} · {session.tenant}</Menu.Label>
        {/* A form and no link: signing out changes something, and nothing may do that by being looked at. */}
        <form method="post" action="/logout">
          <Menu.Item type="submit" leftSection={<LogOut size={14} />} closeMenuOnClick={false}>Sign out</Menu.Item>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
