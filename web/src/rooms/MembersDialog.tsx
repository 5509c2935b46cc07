/** Who has a role of their own in a room; its owners change the list. */
import { ActionIcon, Button, Group, Modal, NativeSelect, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { UserMinus, UserPlus } from "lucide-react";
import { type FormEvent, useCallback, useEffect, useState } from "react";

import { api, explain, type Member, type Members, type Role, type Room } from "../shared/api";
import { titleOf } from "./listing";
import { LocalMode } from "./LocalMode";
import { aRole, roleLabel, ROLES } from "./roles";

interface MembersDialogProps {
  readonly room: Room | null;
  readonly isLocal: boolean;
  readonly onClose: () => void;
}

export function MembersDialog({ room, isLocal, onClose }: MembersDialogProps) {
  return (
    <Modal opened={room !== null} onClose={onClose} returnFocus={false} size="lg" title={room === null ? "" : `Members of “${titleOf(room)}”`}>
      {room !== null && (isLocal ? <LocalMode what="no list of members" onClose={onClose} /> : <MemberList room={room} onClose={onClose} />)}
    </Modal>
  );
}

function MemberList({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const [members, setMembers] = useState<Members | null>(null);
  const [error, setError] = useState<string | null>(null);
  /** Does something, then shows what the server has now. */
  const change = useCallback(async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      setMembers(await api.members(room.name));
      setError(null);
      return true;
    } catch (failure) {
      setError(explain(failure));
      return false;
    }
  }, [room.name]);
  useEffect(() => {
    void change(() => Promise.resolve());
  }, [change]);
  const mayManage = members?.role === "owner";
  return (
    <Stack gap="md">
      {error !== null && <p className="dr-dialog-error" role="alert">{error}</p>}
      {members === null && error === null && <Skeleton height={72} role="status" aria-label="Loading the members" />}
      {members !== null && (
        <>
          <Text c="dimmed">
            {mayManage
              ? "What somebody is here goes before what their token says they are in the tenant."
              : `You are ${aRole(members.role)} here. Owners change this list.`}
          </Text>
          <div className="dr-card dr-dialog-list">
            <table className="dr-table" aria-label="Members">
              <thead>
                <tr>
                  <th scope="col">User</th>
                  <th scope="col">Role</th>
                  <th scope="col"><span className="dr-hidden">Actions</span></th>
                </tr>
              </thead>
              <tbody>
                {members.members.map((member) => (
                  <MemberRow key={member.user} member={member} isSelf={member.user === members.user} mayManage={mayManage} onChange={(role) => void change(() => (role === null ? api.removeMember(room.name, member.user) : api.setMember(room.name, member.user, role)))} />
                ))}
              </tbody>
            </table>
          </div>
          {mayManage && <AddMember onAdd={(user, role) => change(() => api.setMember(room.name, user, role))} />}
        </>
      )}
      <Group justify="flex-end"><Button onClick={onClose}>Close</Button></Group>
    </Stack>
  );
}

interface MemberRowProps {
  readonly member: Member;
  readonly isSelf: boolean;
  readonly mayManage: boolean;
  readonly onChange: (role: Role | null) => void;
}

function MemberRow({ member, isSelf, mayManage, onChange }: MemberRowProps) {
  const notes = [isSelf ? "you" : "", member.isCreator ? "created this room" : ""].filter((note) => note !== "");
  return (
    <tr>
      <td>
        <span className="dr-user" dir="auto">{member.user}</span>
        {notes.length > 0 && <span className="dr-muted"> {notes.join(", ")}</span>}
      </td>
      <td>
        {mayManage
          ? <NativeSelect aria-label={`Role of ${member.user}`} value={member.role} data={ROLES.map(({ value, label }) => ({ value, label }))} onChange={(event) => onChange(event.currentTarget.value as Role)} />
          : roleLabel(member.role)}
      </td>
      <td className="dr-row-actions">
        {mayManage && !member.isCreator && (
          <ActionIcon aria-label={`Remove ${member.user}`} title="Remove" onClick={() => onChange(null)}><UserMinus size={15} /></ActionIcon>
        )}
      </td>
    </tr>
  );
}

function AddMember({ onAdd }: { readonly onAdd: (user: string, role: Role) => Promise<boolean> }) {
  const [user, setUser] = useState("");
  const [role, setRole] = useState<Role>("editor");
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (user.trim() !== "" && (await onAdd(user.trim(), role))) setUser("");
  };
  return (
    <form className="dr-dialog-form" onSubmit={(event) => void add(event)} noValidate>
      <TextInput label="Add a user" description="Their user id, which whoever manages your sign-in knows." value={user} onChange={(event) => setUser(event.currentTarget.value)} maxLength={200} />
      <NativeSelect label="Role" value={role} data={ROLES.map(({ value, label }) => ({ value, label }))} onChange={(event) => setRole(event.currentTarget.value as Role)} />
      <Button type="submit" leftSection={<UserPlus size={14} />} disabled={user.trim() === ""}>Add</Button>
    </form>
  );
}
