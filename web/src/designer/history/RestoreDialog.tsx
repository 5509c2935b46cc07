/** Asks before restoring, in words, and says how to take it back. */
import { Button, Group, Modal, Text } from "@mantine/core";
import { useState } from "react";

import { explain } from "../../shared/api";
import { useConnection, useDesk } from "../desk";
import type { History, Past } from "./history";
import { clock, counted } from "./timeline";

interface RestoreDialogProps {
  readonly history: History;
  readonly past: Past;
  readonly onClose: () => void;
}

export function RestoreDialog({ history, past, onClose }: RestoreDialogProps) {
  const desk = useDesk();
  const head = useConnection((state) => state.revision) ?? past.revision;
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { revision, spot } = past;
  const when = spot === null ? `at revision ${revision}` : `at ${clock(spot.entry.time, Date.now())}`;
  const since = Math.max(0, head - revision);
  const restore = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const restored = await history.restore(revision);
      // The dialog goes with the past that it stood in.
      if (restored.changed) desk.connection.tell(`Restored revision ${revision}`, `Undo by restoring revision ${restored.revision - 1}.`);
      else desk.connection.tell("Nothing to restore", `The app is as at revision ${revision} already.`);
    } catch (failure) {
      setError(explain(failure));
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={`Restore revision ${revision}?`} centered transitionProps={{ duration: 0 }}>
      <Text>
        This adds a new revision that makes the app as it was {when}. {since === 1 ? "The one revision since is" : `The ${counted(since, "revision")} since are`} taken
        back; nothing is lost: what was added goes to the Trash, and the history keeps it all.
      </Text>
      {error !== null && <Text role="alert" c="var(--dr-danger)" mt="sm">{error}</Text>}
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onClose}>Cancel</Button>
        <Button variant="filled" loading={isBusy} data-autofocus onClick={() => void restore()}>Restore</Button>
      </Group>
    </Modal>
  );
}
