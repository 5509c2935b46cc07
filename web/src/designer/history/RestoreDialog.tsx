/** Asks before restoring, in words: what is taken back, what becomes of the data, how to undo it. */
import { Button, Group, List, Modal, Text } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";

import { explain } from "../../shared/api";
import { useSelect } from "../../shared/store";
import { useConnection, useDesk, useSnapshot } from "../desk";
import type { History, Past } from "./history";
import { effectsOf, type ModelEffect, newKey } from "./restoring";
import { clock, counted, type HistoryPeople, peopleSince } from "./timeline";

interface RestoreDialogProps {
  readonly history: History;
  readonly past: Past;
  readonly onClose: () => void;
}

/** More lines than these are summed up. */
const EFFECTS_MAX = 6;

export function RestoreDialog({ history, past, onClose }: RestoreDialogProps) {
  const { isBusy, error, restore } = useRestore(history, past.revision);
  const effects = useEffects(past);
  return (
    <Modal opened onClose={onClose} title={`Restore revision ${past.revision}?`} centered transitionProps={{ duration: 0 }}>
      <Since history={history} past={past} />
      <Effects effects={effects} />
      {error !== null && <Text role="alert" c="var(--dr-danger)" mt="sm">{error}</Text>}
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onClose}>Cancel</Button>
        <Button variant="filled" loading={isBusy} data-autofocus onClick={() => void restore()}>Restore</Button>
      </Group>
    </Modal>
  );
}

/** What is taken back, and whose work that is: it grows while others go on. */
function Since({ history, past }: { readonly history: History; readonly past: Past }) {
  const head = useConnection((state) => state.revision) ?? past.revision;
  const timeline = useSelect(history.reading, (reading) => reading.timeline);
  const { revision, spot } = past;
  const when = spot === null ? `at revision ${revision}` : `at ${clock(spot.entry.time, Date.now())}`;
  const since = Math.max(0, head - revision);
  const people = timeline === null ? null : peopleSince(timeline, revision);
  return (
    <Text>
      This adds a new revision that makes the app as it was {when}. {since === 1 ? "The one revision since is" : `The ${counted(since, "revision")} since are`} taken
      back{people !== null && people.names.length > 0 && <>, by <strong dir="auto">{namesOf(people)}</strong></>}; nothing is lost: what was added goes to the
      Trash, and the history keeps it all. What others do at the same moment stays.
    </Text>
  );
}

function namesOf({ names, others }: HistoryPeople): string {
  const all = others > 0 ? [...names, `${others} more`] : names;
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}`;
}

function Effects({ effects }: { readonly effects: readonly ModelEffect[] | null }) {
  if (effects === null) return <Text c="dimmed" mt="sm" role="status">Looking at the data models…</Text>;
  if (effects.length === 0) return null;
  const rest = effects.length - EFFECTS_MAX;
  return (
    <div role="group" aria-label="Data models">
      <Text fw={600} mt="sm" mb={4}>Data models change</Text>
      <List size="sm" spacing={4}>
        {effects.slice(0, EFFECTS_MAX).map(({ title, effect }, index) => (
          <List.Item key={index}><span dir="auto">{title}</span>. <span className="dr-muted">{effect}</span></List.Item>
        ))}
        {rest > 0 && <List.Item>and {counted(rest, "more change")}</List.Item>}
      </List>
    </div>
  );
}

/** What becomes of the data; null while it is looked up. */
function useEffects({ snapshot }: Past): readonly ModelEffect[] | null {
  const { room, registry } = useDesk();
  const now = useSnapshot();
  const [effects, setEffects] = useState<readonly ModelEffect[] | null>(null);
  // Looked up once for what is asked; every letter that somebody types would ask again.
  const asked = useMemo(() => ({ now, past: snapshot }), [snapshot]); // eslint-disable-line react-hooks/exhaustive-deps
  useEffect(() => {
    let isCurrent = true;
    const found = asked.past === null ? Promise.resolve([]) : effectsOf(room, registry, asked.now, asked.past);
    void found.then((all) => {
      if (isCurrent) setEffects(all);
    });
    return () => {
      isCurrent = false;
    };
  }, [room, registry, asked]);
  return effects;
}

function useRestore(history: History, revision: number) {
  const desk = useDesk();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  // Tried again after a lost answer, it is not done twice.
  const [key] = useState(newKey);
  const restore = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const restored = await history.restore(revision, key);
      // The dialog goes with the past that it stood in.
      if (restored.changed) desk.connection.tell(`Restored revision ${revision}`, "Undo takes it back, and leaves what was done since.");
      else desk.connection.tell("Nothing to restore", `The app is as at revision ${revision} already.`);
    } catch (failure) {
      setError(explain(failure));
      setBusy(false);
    }
  };
  return { isBusy, error, restore };
}
