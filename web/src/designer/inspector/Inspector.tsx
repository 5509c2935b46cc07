/** The right panel: what is selected, and its properties as its definition describes them. */
import { MousePointerClick, RotateCcw } from "lucide-react";
import { Button } from "@mantine/core";

import { nodeLabel, typeTitle } from "../../model/labels";
import { requiredMembers } from "../../model/schema";
import type { Definition, JsonObject, LiveNode, Schema } from "../../model/types";
import { ROOT } from "../../model/types";
import { Avatar } from "../../shared/Avatar";
import { State } from "../../shared/States";
import { restore } from "../commands/edits";
import { DefinitionIcon } from "../DefinitionIcon";
import { useConnection, useDesk, useIsReadOnly, usePeopleAt, useSelectedNode, useSelection, useSnapshot } from "../desk";
import { SubjectContext } from "./field";
import { JsonEditor } from "./JsonEditor";
import { PropField } from "./PropField";

export function Inspector() {
  const key = useSelection();
  const node = useSelectedNode();
  return (
    <section className="dr-panel dr-right" aria-label="Inspector">
      {key === ROOT ? (
        <ApplicationInspector />
      ) : node === undefined ? (
        <State icon={MousePointerClick} title="Nothing selected">
          Click an element on the canvas or in the layers to see its properties.
        </State>
      ) : (
        <NodeInspector key={node.id} node={node} />
      )}
    </section>
  );
}

function NodeInspector({ node }: { readonly node: LiveNode }) {
  const desk = useDesk();
  const definition = desk.registry.byType(node.type);
  return (
    <>
      <Head node={node} title={nodeLabel(node, desk.registry, desk.snapshot)} kind={typeTitle(node.type, desk.registry)} icon={definition?.icon} />
      {node.place === null && <TrashNote node={node} />}
      <Properties owner={node} definition={definition} />
    </>
  );
}

function ApplicationInspector() {
  const desk = useDesk();
  const { application } = useSnapshot();
  const owner: LiveNode = { id: ROOT, type: "Application@1", place: null, props: application };
  const name = typeof application.name === "string" && application.name !== "" ? application.name : "Untitled application";
  return (
    <>
      <Head node={owner} title={name} kind="Application" icon="layout-dashboard" />
      <Properties owner={owner} definition={desk.registry.application()} />
    </>
  );
}

interface HeadProps {
  readonly node: LiveNode;
  readonly title: string;
  readonly kind: string;
  readonly icon: string | undefined;
}

function Head({ node, title, kind, icon }: HeadProps) {
  const people = usePeopleAt(node.id);
  return (
    <header className="dr-inspector-head">
      <p className="dr-inspector-kind">
        <DefinitionIcon name={icon} /> {kind}
        <span className="dr-spring" />
        <code title="Id of the node">{node.id}</code>
      </p>
      <h2 className="dr-ellipsis" dir="auto" title={title}>{title}</h2>
      {people.length > 0 && (
        <p className="dr-also" aria-label="Also selected by">
          {people.map((person) => <Avatar key={person.client} name={person.name} color={person.color} size={18} />)}
          {people.length === 1 ? `${people[0]?.name ?? ""} is here too` : `${people.length} people are here too`}
        </p>
      )}
      <NodeProblems node={node.id} />
    </header>
  );
}

function NodeProblems({ node }: { readonly node: string }) {
  const problems = useConnection((state) => state.problems);
  // What concerns one property is said beside it.
  const own = problems.filter((problem) => problem.node === node && problem.path.filter((step) => step !== "props").length === 0);
  return own.map((problem, index) => (
    <p key={index} className="dr-field-problem" data-severity={problem.severity}>{problem.message}</p>
  ));
}

function TrashNote({ node }: { readonly node: LiveNode }) {
  const desk = useDesk();
  return (
    <div className="dr-note">
      <p>This element is in the Trash, with all that is in it.</p>
      <Button leftSection={<RotateCcw size={14} />} onClick={() => restore(desk, node.id)}>Restore</Button>
    </div>
  );
}

function Properties({ owner, definition }: { readonly owner: LiveNode; readonly definition: Definition | undefined }) {
  const isReadOnly = useIsReadOnly();
  const properties = Object.entries(definition?.schema.properties ?? {});
  const required = requiredMembers(definition?.schema, owner.props);
  const others = Object.keys(owner.props).filter((name) => definition?.schema.properties?.[name] === undefined);
  return (
    <SubjectContext value={{ owner, isReadOnly, isBindable: BINDABLE.has(definition?.kind ?? "") }}>
      <div className="dr-fields">
        {definition === undefined && owner.id !== ROOT && (
          <p className="dr-note">This type is not known here. Its properties are shown as JSON.</p>
        )}
        {definition?.description !== undefined && <p className="dr-hint">{definition.description}</p>}
        {properties.map(([name, schema]) => (
          <PropField key={name} name={name} path={[name]} schema={schema} value={owner.props[name]} beside={owner.props} isRequired={required.has(name)} />
        ))}
        {others.map((name) => (
          <Undeclared key={name} name={name} props={owner.props} />
        ))}
      </div>
    </SubjectContext>
  );
}

const BINDABLE: ReadonlySet<string> = new Set(["component", "step", "page"]);

const ANY: Schema = {};

function Undeclared({ name, props }: { readonly name: string; readonly props: JsonObject }) {
  const id = `field-other-${name}`;
  return (
    <div className="dr-field">
      <div className="dr-field-head">
        <label htmlFor={id} className="dr-label">{name}</label>
      </div>
      <JsonEditor id={id} hint={null} name={name} path={[name]} schema={ANY} value={props[name]} beside={props} />
    </div>
  );
}
