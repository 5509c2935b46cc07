/** Makes an empty room. */
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { api, designerUrl, explain } from "../shared/api";
import { go } from "../shared/router";
import { nameFault, suggestName } from "./names";

export function NewRoomDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="New room">
      {isOpen && <NewRoomForm onClose={onClose} />}
    </Modal>
  );
}

function NewRoomForm({ onClose }: { readonly onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const [isTouched, setTouched] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  // Until somebody types a name, it follows the title.
  const name = typed ?? suggestName(title);
  const fault = isTouched ? nameFault(name) : null;
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTouched(true);
    if (nameFault(name) !== null) return;
    setBusy(true);
    try {
      await api.createRoom(name, title.trim());
      go(designerUrl(name));
    } catch (failure) {
      setError(explain(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void create(event)} noValidate>
      <Stack gap="md">
        <TextInput label="Title" description="What people read; it can change later." value={title} maxLength={120} data-autofocus onChange={(event) => setTitle(event.currentTarget.value)} />
        <TextInput
          label="Name"
          description="Part of the address: letters, digits, . _ -"
          required
          value={name}
          error={fault ?? error}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setTouched(true);
            setError(null);
          }}
        />
        <Group justify="flex-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={isBusy}>Create room</Button>
        </Group>
      </Stack>
    </form>
  );
}
