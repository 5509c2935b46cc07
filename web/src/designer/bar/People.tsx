/** Who is in the room: a click on a face follows them; one's own leads to one's name. */
import { Button, Menu, Popover, TextInput, UnstyledButton } from "@mantine/core";
import { Eye } from "lucide-react";
import { type FormEvent, useState } from "react";

import { api, explain, type Session } from "../../shared/api";
import { Avatar } from "../../shared/Avatar";
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import type { Person } from "../presence";
import { toggleFollowing, useFollowedSelection } from "./follow";

/** More faces than this become a number with a list. */
const FACES_MAX = 5;

export function People({ session, onSession }: { readonly session: Session; readonly onSession: (session: Session) => void }) {
  const desk = useDesk();
  const people = useSelect(desk.connection.presence.people, (value) => value);
  const others = distinct(people, session.user);
  const rest = others.slice(FACES_MAX);
  useFollowedSelection(desk);
  return (
    <div className="dr-people" role="group" aria-label="People in this room">
      {others.slice(0, FACES_MAX).map((person) => (
        <Face key={person.id} person={person} />
      ))}
      {rest.length > 0 && <More people={rest} />}
      <Self session={session} onSession={onSession} />
    </div>
  );
}

function Face({ person }: { readonly person: Person }) {
  const desk = useDesk();
  const isFollowed = useSelect(desk.following, (client) => client === person.client);
  return (
    <UnstyledButton className="dr-face" aria-label={`${person.name}: ${isFollowed ? "stop following" : "follow"}`} aria-pressed={isFollowed} onClick={() => toggleFollowing(desk, person)}>
      <Avatar name={person.name} color={person.color} />
    </UnstyledButton>
  );
}

function More({ people }: { readonly people: readonly Person[] }) {
  const desk = useDesk();
  const following = useSelect<number | null, number | null>(desk.following, (client) => client);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton className="dr-more-people" aria-label={`${people.length} more people`}>+{people.length}</UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflow: "auto" }}>
        {people.map((person) => (
          <Menu.Item key={person.client} leftSection={<Avatar name={person.name} color={person.color} size={18} />} rightSection={following === person.client ? <Eye size={14} aria-label="followed" /> : undefined} onClick={() => toggleFollowing(desk, person)}>
            <span className="dr-people-name" dir="auto">{person.name}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Self({ session, onSession }: { readonly session: Session; readonly onSession: (session: Session) => void }) {
  const color = useSelect(useDesk().connection.presence.color, (value) => value);
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState(session.name);
  const [error, setError] = useState<string | null>(null);
  const rename = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      onSession(await api.renameSession(name.trim()));
      setOpen(false);
      setError(null);
    } catch (failure) {
      setError(explain(failure));
    }
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={260} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <UnstyledButton className="dr-face dr-face-own" aria-label={`You are ${session.name}`} onClick={() => setOpen(!isOpen)}>
          <Avatar name={session.name} color={color} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={(event) => void rename(event)} className="dr-rename">
          <TextInput label="Your name" description="Others see it beside what you select." value={name} error={error} maxLength={60} data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
          <Button type="submit" variant="filled" disabled={name.trim() === ""}>Save name</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

// One person with two windows has one face, that of the newest; one's own other windows have none.
function distinct(people: readonly Person[], own: string): readonly Person[] {
  const byId = new Map<string, Person>();
  for (const person of people) if (person.id !== own) byId.set(person.id, person);
  return [...byId.values()];
}
