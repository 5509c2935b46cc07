/** One conflict: who wrote what beside one's own value, and a click to choose either. */
import "./conflicts.css";

import { Button, CloseButton } from "@mantine/core";
import { GitCompareArrows } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useSelect } from "../../shared/store";
import { useDesk, useIsReadOnly, useSnapshot } from "../desk";
import type { Conflict } from "./conflicts";
import { fullWords, pathWords, placeWords, subjectWords, valueWords } from "./words";

/** A value of more characters than these does not fit beside its buttons. */
const SHORT_MAX = 24;

interface ConflictCardProps {
  readonly conflict: Conflict;
  /** Whether it stands at its own field, which says already what it is about. */
  readonly isAtField?: boolean;
  readonly children?: ReactNode;
}

export function ConflictCard({ conflict, isAtField = false, children }: ConflictCardProps) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const snapshot = useSnapshot();
  const name = useAuthor(conflict.client);
  const [isFull, setFull] = useState(false);
  const { conflicts } = desk.connection;
  const { id, mine, theirs, stands } = conflict;
  const show = (value: Conflict["mine"]): string =>
    conflict.kind === "place" ? placeWords(value, snapshot, desk.registry) : valueWords(value, snapshot, desk.registry);
  const full = (value: Conflict["mine"]): string => (conflict.kind === "place" ? show(value) : fullWords(value, snapshot, desk.registry));
  const isLong = [mine, theirs].some((value) => full(value).length > SHORT_MAX);
  const whose = name === SOMEBODY ? "Theirs" : `${name}’s`;
  return (
    <div className="dr-conflict" role="group" aria-label={sentenceOf(conflict, name, desk.registry, isAtField)}>
      <div className="dr-conflict-head">
        <GitCompareArrows size={12} aria-hidden />
        <span dir="auto">{sentenceOf(conflict, name, desk.registry, isAtField)}</span>
        <CloseButton size={16} iconSize={12} aria-label="Dismiss the conflict" onClick={() => conflicts.dismiss(id)} />
      </div>
      <div className="dr-conflict-values">
        <span className="dr-conflict-who">Yours</span>
        <span className="dr-conflict-value" dir="auto" title={show(mine)} data-stands={stands === "mine" || undefined}>{show(mine)}</span>
        <Button disabled={isReadOnly} onClick={() => conflicts.choose(id, "mine")}>Keep mine</Button>
        <span className="dr-conflict-who" dir="auto" title={name}>{whose}</span>
        <span className="dr-conflict-value" dir="auto" title={show(theirs)} data-stands={stands === "theirs" || undefined}>{show(theirs)}</span>
        <Button disabled={isReadOnly} onClick={() => conflicts.choose(id, "theirs")}>Keep theirs</Button>
      </div>
      {isLong && <Button variant="subtle" aria-expanded={isFull} onClick={() => setFull(!isFull)}>{isFull ? "Show less" : "Show all"}</Button>}
      {isLong && isFull && (
        <div className="dr-conflict-full">
          <Whole label="Yours" text={full(mine)} />
          <Whole label={whose} text={full(theirs)} />
        </div>
      )}
      {children}
    </div>
  );
}

/** A value with every line it has; it takes the focus, so that keys scroll it. */
function Whole({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <>
      <span className="dr-conflict-who" dir="auto">{label}</span>
      <pre tabIndex={0} role="group" aria-label={`${label}, in full`} dir="auto">{text}</pre>
    </>
  );
}

const SOMEBODY = "Somebody";

/** Who wrote the other value; they may become known only after their edit has come. */
function useAuthor(client: number | null): string {
  const { presence } = useDesk().connection;
  return useSelect(presence.people, () => (client === null ? null : presence.who(client)?.name) ?? SOMEBODY);
}

function sentenceOf(conflict: Conflict, name: string, registry: Parameters<typeof subjectWords>[1], isAtField: boolean): string {
  const subject = subjectWords(conflict, registry);
  if (conflict.kind === "place") {
    if (conflict.theirs === null && conflict.isNew) return `${name} deleted ${subject}, which you had just added`;
    if (conflict.theirs === null) return `${name} deleted ${subject} while you moved it`;
    if (conflict.mine === null) return `${name} moved ${subject} while you deleted it`;
    return `${name} moved ${subject} while you did`;
  }
  const property = pathWords(conflict.type, conflict.path, registry);
  return isAtField ? `${name} changed ${property} while you did` : `${name} changed ${property} of ${subject} while you did`;
}
