/** The name of what is selected, edited where it is read; Enter keeps it, Escape leaves it as it was. */
import { Pencil } from "lucide-react";
import { useRef, useState } from "react";

import { editorKind } from "../../model/schema";
import { toText } from "../../model/value";
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { askRename } from "../models/renaming";
import { isSharedName } from "../models/subjects";
import { propsOf } from "./field";

interface NameFieldProps {
  readonly id: string;
  readonly title: string;
  readonly property: string;
}

export function NameField({ id, title, property }: NameFieldProps) {
  const desk = useDesk();
  const [draft, setDraft] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const current = useSelect(desk.connection.model.snapshots, (snapshot) => toText(propsOf(snapshot, id)[property]));
  const commit = (): void => {
    if (draft !== null && draft.trim() !== "" && draft !== current) write(draft.trim());
    setDraft(null);
  };
  const write = (name: string): void => {
    const { editor, model } = desk.connection;
    const node = model.snapshots.get().node(id);
    if (node !== undefined && isSharedName(model.snapshots.get(), node, property)) {
      askRename(desk, id, name, property);
      return;
    }
    const schema = desk.registry.byType(node?.type ?? "Application@1")?.schema.properties?.[property];
    desk.connection.stopCapturing();
    if (schema !== undefined && editorKind(schema) === "text") editor.type(id, [property], name);
    else editor.set(id, [property], name);
  };
  if (draft === null) {
    return (
      <h2 className="dr-name">
        <button ref={button} type="button" className="dr-name-button" aria-label={`Rename ${title}`} title={title} onClick={() => setDraft(current)}>
          <span className="dr-ellipsis" dir="auto">{title}</span>
          <Pencil size={11} aria-hidden />
        </button>
      </h2>
    );
  }
  return (
    <input
      className="dr-input dr-name-input"
      aria-label="New name"
      dir="auto"
      autoFocus
      value={draft}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        if (event.key === "Enter") commit();
        else setDraft(null);
        requestAnimationFrame(() => button.current?.focus());
      }}
    />
  );
}
