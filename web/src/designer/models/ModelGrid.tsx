/** A data model in the centre: what it relates to, its fields as a grid, its indexes. */
import "./models.css";

import { ArrowLeft, ArrowRight, Table2 } from "lucide-react";
import { useRef, useState } from "react";

import { type LiveNode, ROOT } from "../../model/types";
import { toText } from "../../model/value";
import { useDesk, useIsReadOnly, useSnapshot } from "../desk";
import { useEdgeScroll } from "../drag/edges";
import { FieldGrid } from "./FieldGrid";
import { IndexSection } from "./IndexSection";
import { nameFault } from "./names";
import { askRename } from "./renaming";
import { type Relation, refersTo, usedBy } from "./relations";
import { NameInput } from "./RootList";
import { useFieldCommands } from "./useFieldCommands";

export function ModelGrid({ model }: { readonly model: LiveNode }) {
  const snapshot = useSnapshot();
  const desk = useDesk();
  const commands = useFieldCommands();
  const scroller = useRef<HTMLDivElement>(null);
  useEdgeScroll(scroller);
  const fields = snapshot.children(model.id, "fields");
  return (
    <section className="dr-centre dm-centre" aria-label="Data model" data-model={model.id}>
      <Head model={model} onRename={(name) => askRename(desk, model.id, name)} />
      <div ref={scroller} className="dm-scroll">
        {fields.length === 0 && (
          <p className="dm-lead">
            A record of this model has only its system fields yet. Type a name below to add a field, and press Tab to choose its type.
          </p>
        )}
        <FieldGrid model={model} commands={commands} />
        <IndexSection model={model} />
      </div>
    </section>
  );
}

function Head({ model, onRename }: { readonly model: LiveNode; readonly onRename: (name: string) => void }) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const isReadOnly = useIsReadOnly();
  const [isRenamed, setRenamed] = useState(false);
  const name = toText(model.props.name) || "Untitled";
  const title = toText(model.props.title);
  return (
    <header className="dm-title">
      <Table2 size={16} strokeWidth={1.75} aria-hidden />
      {isRenamed ? (
        <NameInput
          name={toText(model.props.name)}
          label="Name of the data model"
          faultOf={(next) => nameFault(snapshot, ROOT, "dataModels", next, model.id)}
          onDone={(next) => {
            setRenamed(false);
            if (next !== null) onRename(next);
          }}
        />
      ) : (
        <h1>
          <button type="button" className="dm-title-name dr-ellipsis" dir="auto" title={isReadOnly ? name : `${name}: select it, double-click to rename`} onClick={() => desk.select(model.id)} onDoubleClick={() => !isReadOnly && setRenamed(true)} onKeyDown={(event) => {
            if (event.key === "F2" && !isReadOnly) setRenamed(true);
          }}>
            {name}
          </button>
        </h1>
      )}
      {title !== "" && title !== name && <span className="dr-muted dr-ellipsis" dir="auto">{title}</span>}
      <span className="dr-spring" />
      <Relations title="Refers to" relations={refersTo(snapshot, model.id)} isOutward />
      <Relations title="Used by" relations={usedBy(snapshot, model.id)} isOutward={false} />
    </header>
  );
}

interface RelationsProps {
  readonly title: string;
  readonly relations: readonly Relation[];
  /** Whether the fields are this model's own. */
  readonly isOutward: boolean;
}

function Relations({ title, relations, isOutward }: RelationsProps) {
  const desk = useDesk();
  if (relations.length === 0) return null;
  const models = byModel(relations);
  const shown = models.slice(0, RELATIONS_SHOWN);
  const Icon = isOutward ? ArrowRight : ArrowLeft;
  return (
    <nav className="dm-relations" aria-label={title}>
      <span className="dr-muted">{title}</span>
      {shown.map(({ model, fields }) => (
        <button key={model.id} type="button" className="dm-relation dr-ellipsis" title={`${isOutward ? "by its" : "by their"} ${fields.length === 1 ? "field" : "fields"} ${fields.join(", ")}`} onClick={() => desk.select(model.id)}>
          <Icon size={11} aria-hidden /> <span className="dr-ellipsis" dir="auto">{toText(model.props.name)}</span>
        </button>
      ))}
      {models.length > shown.length && <span className="dr-muted" title={models.map(({ model }) => toText(model.props.name)).join(", ")}>+{models.length - shown.length}</span>}
    </nav>
  );
}

/** As many are shown beside the name; the others are told by a number. */
const RELATIONS_SHOWN = 4;

/** Each model once, however many fields lead to it. */
function byModel(relations: readonly Relation[]): readonly { readonly model: LiveNode; readonly fields: readonly string[] }[] {
  const found = Map.groupBy(relations, ({ model }) => model);
  return [...found].map(([model, members]) => ({ model, fields: members.map(({ field }) => toText(field.props.name)) }));
}
