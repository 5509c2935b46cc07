/** Who is in the room, and one's own name, which can be changed here. */
import { Button, Popover, TextInput, UnstyledButton } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { api, explain, type Session } from "../../shared/api";
import { Avatar } from "../../shared/Avatar";
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import type { Person } from "../presence";

/** More faces than this become a number. */
const FACES_MAX = 5;

export function People({ session, onSession }: { readonly session: Session; readonly onSession: (session: Session) => void }) {
  const desk = useDesk();
  const people = useSelect(desk.connection.presence.people, (value) => value);
  const others = distinct(people, session.user);
  return (
    <div className="dr-people" role="group" aria-label="People in this room">
      {others.slice(0, FACES_MAX).map((person) => (
        <Face key={person.id} person={person} />
      ))}
      {others.length > FACES_MAX && <span className="dr-muted">+{others.length - FACES_MAX}</span>}
      <Self session={session} onSession={onSession} />
    </div>
  );
}

/** Another person's face: a click goes to what they are working on. */
function Face({ person }: { readonly person: Person }) {
  const desk = useDesk();
  const at = person.selection[0];
  return (
    <UnstyledButton
      className="dr-face"
      aria-label={at === undefined ? person.name : `${person.name}: go to their selection`}
      onClick={() => {
        if (at !== undefined && desk.snapshot.node(at) !== undefined) desk.select(at);
      }}
    >
      <Avatar name={person.name} color={person.color} />
    </UnstyledButton>
  );
}

function Self({ session, onSession }: { readonly session: Session; readonly onSession: (session: Session) => void }) {
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
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={260} trapFocus shadow="md">
      <Popover.Target>
        <UnstyledButton className="dr-face dr-face-own" aria-label={`You are ${session.name}`} onClick={() => setOpen(!isOpen)}>
          <Avatar name={session.name} color={session.color} />
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

// One person with two windows has one face; one's own other windows have none.
function distinct(people: readonly Person[], own: string): readonly Person[] {
  const byId = new Map<string, Person>();
  for (const person of people) if (person.id !== own) byId.set(person.id, person);
  return [...byId.values()];
}
