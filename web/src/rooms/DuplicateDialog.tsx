/** Makes a new room with a copy of another one's model. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { api, explain, type Room } from "../shared/api";
import { freeName, titleOf } from "./listing";
import { nameFault } from "./names";

interface DuplicateDialogProps {
  readonly room: Room | null;
  readonly rooms: readonly Room[];
  readonly onClose: () => void;
  readonly onMade: (room: Room) => void;
}

export function DuplicateDialog({ room, rooms, onClose, onMade }: DuplicateDialogProps) {
  return (
    <Modal opened={room !== null} onClose={onClose} returnFocus={false} title="Duplicate room">
      {room !== null && <DuplicateForm room={room} rooms={rooms} onClose={onClose} onMade={onMade} />}
    </Modal>
  );
}

function DuplicateForm({ room, rooms, onClose, onMade }: DuplicateDialogProps & { readonly room: Room }) {
  const [title, setTitle] = useState(`${titleOf(room).slice(0, 112)} (copy)`);
  const [name, setName] = useState(() => freeName(room.name, rooms));
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (nameFault(name) !== null) return;
    setBusy(true);
    try {
      onMade(await api.duplicateRoom(room.name, name, title.trim()));
    } catch (failure) {
      setError(explain(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void make(event)} noValidate>
      <Stack gap="md">
        <Text c="dimmed">The copy has the same model. Its history, members and links are its own.</Text>
        <TextInput label="Title" value={title} maxLength={120} data-autofocus onChange={(event) => setTitle(event.currentTarget.value)} />
        <TextInput
          label="Name"
          description="Part of the address: letters, digits, . _ -"
          required
          value={name}
          error={nameFault(name) ?? error}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setError(null);
          }}
        />
        <Group justify="flex-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={isBusy}>Duplicate</Button>
        </Group>
      </Stack>
    </form>
  );
}
