/** The right panel: what is selected, and its properties as its definition describes them. */
import "./inspector.css";

import { MousePointerClick } from "lucide-react";
import { useMemo } from "react";

import { nodeLabel, typeTitle } from "../../model/labels";
import { typeName } from "../../model/registry";
import { type Definition, type LiveNode, ROOT } from "../../model/types";
import { State } from "../../shared/States";
import { sameItems, useSelect } from "../../shared/store";
import { type Desk, useDesk, useIsReadOnly, useSelectedKeys } from "../desk";
import { LockNote } from "../locks/LockNote";
import { foreignLock } from "../locks/useLock";
import { TrashNote } from "../panels/TrashNote";
import { liveNode, SubjectContext } from "./field";
import { fieldFocus } from "./fieldFocus";
import { Head } from "./Head";
import { sharedSchema } from "./logic/mixed";
import { Properties } from "./Properties";
import { Writer } from "./writer";

export function Inspector() {
  const desk = useDesk();
  const keys = useSelectedKeys();
  const nodes = useSelect(desk.connection.model.snapshots, (snapshot) => keys.filter((key) => snapshot.node(key) !== undefined), sameItems);
  const primary = nodes.at(-1);
  const focus = useMemo(() => fieldFocus(desk, () => desk.primary), [desk]);
  return (
    <section className="dr-panel dr-right dr-inspector" aria-label="Inspector" {...focus}>
      {nodes.length > 1 ? (
        <ManyInspector key={nodes.join(" ")} ids={nodes} />
      ) : keys.at(-1) === ROOT ? (
        <OneInspector key={ROOT} id={ROOT} />
      ) : primary === undefined ? (
        <State icon={MousePointerClick} title="Nothing selected">
          Click an element on the canvas or in the layers to see its properties here. With Shift you select several and edit them as one.
        </State>
      ) : (
        <OneInspector key={primary} id={primary} />
      )}
    </section>
  );
}

const BINDABLE: ReadonlySet<string> = new Set(["component", "step", "page"]);

function useNewSubject(ids: readonly string[], definition: Definition | undefined) {
  const desk = useDesk();
  const locks = useSelect(desk.connection.locks.state, (state) => state);
  const isHeld = useMemo(() => locks.locks.length > 0 && ids.some((id) => foreignLock(desk, id) !== null), [desk, ids, locks]);
  const isReadOnly = useIsReadOnly() || isHeld;
  const key = ids.join(" ");
  const isBindable = BINDABLE.has(definition?.kind ?? "");
  return useMemo(() => {
    const all = key.split(" ");
    return { owner: liveNode(desk, all.at(-1) ?? ROOT), ids: all, writer: new Writer(desk, all), isReadOnly, isBindable, place: "inspector" as const };
  }, [desk, key, isReadOnly, isBindable]);
}

function OneInspector({ id }: { readonly id: string }) {
  const desk = useDesk();
  const { snapshots } = desk.connection.model;
  const type = useSelect(snapshots, (snapshot) => (id === ROOT ? "" : (snapshot.node(id)?.type ?? "")));
  const title = useSelect(snapshots, (snapshot) => titleOf(desk, id === ROOT ? undefined : snapshot.node(id)));
  const definition = id === ROOT ? desk.registry.application() : desk.registry.byType(type);
  const subject = useNewSubject([id], definition);
  return (
    <SubjectContext value={subject}>
      <Head id={id} title={title} kind={id === ROOT ? "Application" : typeTitle(type, desk.registry)} icon={id === ROOT ? "layout-dashboard" : definition?.icon} />
      <TrashNote id={id} />
      <LockNote id={id} />
      {definition === undefined && id !== ROOT && <p className="dr-note">This type is not known here. Its properties are shown as JSON.</p>}
      <Properties id={id} definition={definition} />
    </SubjectContext>
  );
}

function titleOf(desk: Desk, node: LiveNode | undefined): string {
  if (node !== undefined) return nodeLabel(node, desk.registry, desk.snapshot);
  const { name } = desk.snapshot.application;
  return typeof name === "string" && name !== "" ? name : "Untitled application";
}

/** Several nodes: what they share is edited as one. */
function ManyInspector({ ids }: { readonly ids: readonly string[] }) {
  const desk = useDesk();
  const types = useSelect(desk.connection.model.snapshots, (snapshot) => [...new Set(ids.flatMap((id) => snapshot.node(id)?.type ?? []))], sameItems);
  const definition = useMemo(() => shared(desk, types), [desk, types]);
  const subject = useNewSubject(ids, definition);
  const names = types.map((type) => typeTitle(type, desk.registry)).join(", ");
  const isEmpty = Object.keys(definition?.schema.properties ?? {}).length === 0;
  return (
    <SubjectContext value={subject}>
      <header className="dr-inspector-head">
        <div className="dr-inspector-title"><h2 className="dr-ellipsis">{ids.length} selected</h2></div>
        <p className="dr-inspector-kind dr-ellipsis" title={names}>{names}</p>
      </header>
      {isEmpty ? (
        <State icon={MousePointerClick} title="Nothing in common">These elements share no property. Select elements that are more alike, or one alone.</State>
      ) : (
        <Properties id={ids.at(-1) ?? ROOT} definition={definition} isShared />
      )}
    </SubjectContext>
  );
}

function shared(desk: Desk, types: readonly string[]): Definition | undefined {
  const definitions = types.flatMap((type) => desk.registry.byType(type) ?? []);
  const [first] = definitions;
  if (first === undefined || definitions.length < types.length) return undefined;
  const id = definitions.length === 1 ? typeName(types[0] ?? "") : "";
  return { ...first, id, schema: sharedSchema(definitions) };
}
