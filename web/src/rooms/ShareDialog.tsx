/** Links that let their bearer into one room with a role, until they expire or are revoked. */
import { ActionIcon, Button, Group, Modal, NativeSelect, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { Check, Copy, Link2, Unlink } from "lucide-react";
import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";

import { api, explain, type Role, type Room, sentence, type Share } from "../shared/api";
import { ago } from "./ago";
import { titleOf } from "./listing";
import { LocalMode } from "./LocalMode";
import { aRole, LIVES, roleLabel, roleMay, ROLES } from "./roles";

interface ShareDialogProps {
  readonly room: Room | null;
  readonly isLocal: boolean;
  readonly onClose: () => void;
}

export function ShareDialog({ room, isLocal, onClose }: ShareDialogProps) {
  return (
    <Modal opened={room !== null} onClose={onClose} returnFocus={false} size="lg" title={room === null ? "" : `Share “${titleOf(room)}”`}>
      {room !== null && (isLocal ? <LocalMode what="no links are needed" onClose={onClose} /> : <Shares room={room} onClose={onClose} />)}
    </Modal>
  );
}

function Shares({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const [shares, setShares] = useState<readonly Share[] | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const change = useCallback(async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      setShares(await api.shares(room.name));
      setError(null);
    } catch (failure) {
      setError(explain(failure));
    }
  }, [room.name]);
  useEffect(() => {
    void change(() => Promise.resolve());
  }, [change]);
  const make = (role: Role, seconds: number): Promise<void> =>
    change(async () => {
      const made = await api.addShare(room.name, role, seconds);
      setLink(new URL(made.link, window.location.origin).href);
    });
  return (
    <Stack gap="md">
      {error !== null && <p className="dr-dialog-error" role="alert">{error}</p>}
      <NewLink onMake={make} />
      {link !== null && <FreshLink link={link} />}
      {shares === null && error === null && <Skeleton height={48} role="status" aria-label="Loading the links" />}
      {shares !== null && shares.length > 0 && (
        <ShareTable shares={shares} onRevoke={(share) => void change(() => api.revokeShare(room.name, share.id))} />
      )}
      <Group justify="flex-end"><Button onClick={onClose}>Close</Button></Group>
    </Stack>
  );
}

function NewLink({ onMake }: { readonly onMake: (role: Role, seconds: number) => Promise<void> }) {
  const [role, setRole] = useState<Role>("viewer");
  const [life, setLife] = useState("604800");
  const [isBusy, setBusy] = useState(false);
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await onMake(role, Number(life));
    setBusy(false);
  };
  return (
    <form className="dr-dialog-form" onSubmit={(event) => void make(event)}>
      <NativeSelect label="Whoever has the link is" description={sentence(`${aRole(role)} ${roleMay(role)}`)} value={role} data={ROLES.filter(({ value }) => value !== "owner").map(({ value, label }) => ({ value, label }))} onChange={(event) => setRole(event.currentTarget.value as Role)} />
      <NativeSelect label="For" description="Then it leads nowhere." value={life} data={LIVES.map(({ value, label }) => ({ value, label }))} onChange={(event) => setLife(event.currentTarget.value)} />
      <Button type="submit" variant="filled" leftSection={<Link2 size={14} />} loading={isBusy}>Make a link</Button>
    </form>
  );
}

function FreshLink({ link }: { readonly link: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(link);
      setCopied(link);
    } catch {
      // Without the right to the clipboard the selected text is a key away from it.
      field.current?.focus();
    }
  };
  const isCopied = copied === link;
  return (
    <div className="dr-fresh-link">
      <TextInput ref={field} label="The link" description="It is shown this once: copy it now." readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
      <Button leftSection={isCopied ? <Check size={14} /> : <Copy size={14} />} onClick={() => void copy()} data-autofocus>{isCopied ? "Copied" : "Copy"}</Button>
    </div>
  );
}

function ShareTable({ shares, onRevoke }: { readonly shares: readonly Share[]; readonly onRevoke: (share: Share) => void }) {
  const [now] = useState(() => Date.now());
  return (
    <div className="dr-card dr-dialog-list">
      <table className="dr-table" aria-label="Links">
        <thead>
          <tr>
            <th scope="col">Role</th>
            <th scope="col">Made</th>
            <th scope="col">State</th>
            <th scope="col"><span className="dr-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {shares.toReversed().map((share) => (
            <tr key={share.id}>
              <td>{roleLabel(share.role)}</td>
              <td>{ago(share.createdAt, now)} <Text span c="dimmed">by <span dir="auto">{share.createdBy}</span></Text></td>
              <td>{stateOf(share, now)}</td>
              <td className="dr-row-actions">
                {isGood(share, now) && (
                  <ActionIcon aria-label={`Revoke the ${share.role} link made ${ago(share.createdAt, now)}`} title="Revoke" onClick={() => onRevoke(share)}><Unlink size={15} /></ActionIcon>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isGood(share: Share, now: number): boolean {
  return share.revokedAt === null && Date.parse(share.expiresAt) > now;
}

function stateOf(share: Share, now: number): string {
  if (share.revokedAt !== null) return `revoked ${ago(share.revokedAt, now)}`;
  return `${isGood(share, now) ? "expires" : "expired"} ${ago(share.expiresAt, now)}`;
}
