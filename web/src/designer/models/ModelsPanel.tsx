/** The data models of the application, at the left: chosen here, their fields are in the centre. */
import { Database } from "lucide-react";

import { setMembers } from "../../model/value";
import { type LiveNode, ROOT } from "../../model/types";
import { add, removeNodes } from "../commands/edits";
import { useDesk, useSnapshot } from "../desk";
import { nameFault } from "./names";
import { askRename } from "./renaming";
import { RootList } from "./RootList";

export function ModelsPanel() {
  const desk = useDesk();
  const definition = desk.registry.definitions.find(({ id }) => id === "DataModel");
  const addModel = (): string | null =>
    definition === undefined ? null : add(desk, definition, { parent: ROOT, slot: "dataModels", index: desk.snapshot.children(ROOT, "dataModels").length });
  return (
    <RootList
      label="Data models"
      noun="data model"
      icon="table-2"
      slot="dataModels"
      detail={(node) => <ModelDetail model={node} />}
      nameFault={(node, name) => nameFault(desk.snapshot, ROOT, "dataModels", name, node.id)}
      onAdd={addModel}
      onRename={(model, name) => askRename(desk, model.id, name)}
      onDelete={(model) => removeNodes(desk, [model.id])}
      empty={
        <>
          <Database size={24} strokeWidth={1.5} aria-hidden />
          <p>A data model is a kind of record: a customer, an order, a claim. Pages show its records, workflows change them.</p>
        </>
      }
    />
  );
}

function ModelDetail({ model }: { readonly model: LiveNode }) {
  const fields = useSnapshot().children(model.id, "fields");
  const tags = [...new Set(fields.flatMap((field) => setMembers(field.props.tags)))];
  return (
    <>
      {fields.length === 1 ? "1 field" : `${fields.length} fields`}
      {tags.slice(0, 3).map((tag) => <span key={tag} className="dm-tag">{tag}</span>)}
    </>
  );
}
