/** Makes a room: empty, or of a template with its sample records. */
import { Anchor, Button, Checkbox, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { api, designerUrl, explain, type Template } from "../shared/api";
import { go } from "../shared/router";
import { nameFault, suggestName } from "./names";
import { TemplateChoice } from "./TemplateChoice";
import { useTemplates } from "./templates";

interface NewRoomDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** Somebody has a model in a file and wants a room of that. */
  readonly onImport: () => void;
}

export function NewRoomDialog({ isOpen, onClose, onImport }: NewRoomDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="New room" size="xl">
      {isOpen && <NewRoomForm onClose={onClose} onImport={onImport} />}
    </Modal>
  );
}

function NewRoomForm({ onClose, onImport }: Omit<NewRoomDialogProps, "isOpen">) {
  const templates = useTemplates();
  const [template, setTemplate] = useState<Template | null>(null);
  const [hasRecords, setRecords] = useState(true);
  const [typedTitle, setTitle] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [isTouched, setTouched] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  // Until somebody types them, the title follows the template and the name the title.
  const title = typedTitle ?? template?.title ?? "";
  const name = typed ?? suggestName(title);
  const fault = isTouched ? nameFault(name) : null;
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTouched(true);
    if (nameFault(name) !== null) return;
    setBusy(true);
    try {
      await api.createRoom(name, title.trim(), template?.id);
      // Without its records the room is whole all the same: the preview's data panel makes others.
      if (template !== null && hasRecords) await api.writeTemplateRecords(name).catch(() => undefined);
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
        <TemplateChoice templates={templates} value={template?.id ?? null} onChange={setTemplate} />
        {template !== null && (
          <Checkbox
            size="xs"
            checked={hasRecords}
            label={`With ${template.records} sample records, so that its pages show something at once`}
            onChange={(event) => setRecords(event.currentTarget.checked)}
          />
        )}
        <Group justify="space-between">
          <Anchor component="button" type="button" size="sm" onClick={onImport}>Import a file instead</Anchor>
          <Group gap="sm">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="filled" loading={isBusy}>Create room</Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
