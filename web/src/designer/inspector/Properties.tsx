/** The properties of a definition in tabs or, where they are few, in one column under headings. */
import { Tabs, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";

import { typeName } from "../../model/registry";
import { editorHint, propertyTitle, requiredMembers } from "../../model/schema";
import type { Definition, JsonObject, Schema } from "../../model/types";
import { ROOT } from "../../model/types";
import { sameItems, Store, useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { defaultSchema } from "../models/cells";
import { AccessTab } from "./AccessTab";
import { problemsAt, propsOf, useModel } from "./field";
import { isOneColumn, isSearched, TAB_TITLES, type TabContent, type TabName, tabsOf } from "./logic/tabs";
import { PropField } from "./PropField";
import { TriggerNote } from "./TriggerNote";

/** The tab that was looked at last stays, from node to node and from visit to visit. */
const STORED = "design-rooms-inspector-tab";
const lastTab = new Store<string>(localStorage.getItem(STORED) ?? "properties");
lastTab.subscribe(() => localStorage.setItem(STORED, lastTab.get()));

const NONE: Definition = { id: "", version: "1", kind: "", title: "", schema: {} };

interface PropertiesProps {
  readonly id: string;
  readonly definition: Definition | undefined;
  readonly isShared?: boolean;
}

export function Properties({ id, definition, isShared = false }: PropertiesProps) {
  // Which properties matter depends on few values; the fields read their own.
  const layout = useModel((snapshot) => {
    const props = propsOf(snapshot, id);
    const tabs = tabsOf(definition ?? NONE, props).filter(({ tab }) => !isShared || tab !== "access");
    const others = isShared ? [] : Object.keys(props).filter((name) => definition?.schema.properties?.[name] === undefined && !(id === ROOT && name === "id"));
    return {
      tabs: tabs.map(({ tab, members }) => ({ tab, names: members.map(([name]) => name) })),
      required: [...requiredMembers(definition?.schema, props)],
      others,
    };
  });
  // A default is edited as a value of its field's type; one object for as long as it says the same.
  const typed = useModel((snapshot) => {
    const node = snapshot.node(id);
    return node !== undefined && !isShared && typeName(node.type) === "Field" ? JSON.stringify(defaultSchema(node)) : "";
  });
  const ofDefault = useMemo(() => (typed === "" ? null : (JSON.parse(typed) as Schema)), [typed]);
  const schemaOf = (name: string): Schema => (name === "default" ? ofDefault : null) ?? definition?.schema.properties?.[name] ?? ANY;
  const tabs: readonly TabContent[] = layout.tabs.map(({ tab, names }) => ({ tab: tab as TabName, members: names.map((name) => [name, schemaOf(name)] as const) }));
  const required = new Set(layout.required);
  const others = layout.others.map((name) => <PropField key={name} name={name} path={[name]} schema={ANY} />);
  if (isOneColumn(tabs)) {
    return (
      <div className="dr-fields">
        {definition?.description !== undefined && !isShared && <p className="dr-hint">{definition.description}</p>}
        {tabs.map((content, index) => (
          <section key={content.tab} aria-label={TAB_TITLES[content.tab]} className="dr-section">
            {index > 0 && <h3>{TAB_TITLES[content.tab]}</h3>}
            <Members content={content} required={required} />
          </section>
        ))}
        {others}
      </div>
    );
  }
  return <InTabs id={id} tabs={tabs} required={required} description={isShared ? undefined : definition?.description} others={others} />;
}

const ANY: Schema = {};

interface InTabsProps {
  readonly id: string;
  readonly tabs: readonly TabContent[];
  readonly required: ReadonlySet<string>;
  readonly description: string | undefined;
  readonly others: readonly React.ReactElement[];
}

function InTabs({ id, tabs, required, description, others }: InTabsProps) {
  const wanted = useSelect(lastTab, (tab) => tab);
  const shown = tabs.some(({ tab }) => tab === wanted) ? wanted : (tabs[0]?.tab ?? "properties");
  const faulty = useSelect(
    useDesk().connection.state,
    ({ problems }) => tabs.filter(({ members }) => members.some(([name]) => problemsAt(problems, id, [name]).length > 0)).map(({ tab }) => tab),
    sameItems,
  );
  return (
    <Tabs value={shown} onChange={(tab) => lastTab.set(tab ?? "properties")} keepMounted={false} className="dr-inspector-tabs">
      <Tabs.List aria-label="Groups of properties">
        {tabs.map(({ tab, members }) => (
          <Tabs.Tab key={tab} value={tab} title={faulty.includes(tab) ? "There are problems here" : undefined}>
            {TAB_TITLES[tab]}
            {tab === "events" && <EventCount id={id} members={members} />}
            {faulty.includes(tab) && <span className="dr-tab-dot"><span className="dr-hidden">, with problems</span></span>}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((content) => (
        <Tabs.Panel key={content.tab} value={content.tab}>
          <div className="dr-fields">
            {content.tab === "properties" && description !== undefined && <p className="dr-hint">{description}</p>}
            {content.tab === "access" ? <AccessTab /> : <Members content={content} required={required} />}
            {content.tab === "properties" && others}
          </div>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** How many actions there are at all, so that one sees whether something happens. */
function EventCount({ id, members }: { readonly id: string; readonly members: TabContent["members"] }) {
  const count = useModel((snapshot) => {
    const props: JsonObject = propsOf(snapshot, id);
    return members.reduce((sum, [name]) => sum + Object.keys(props[name] ?? {}).length, 0);
  });
  return count === 0 ? null : <span className="dr-tab-count">{count}</span>;
}

function Members({ content: { members }, required }: { readonly content: TabContent; readonly required: ReadonlySet<string> }) {
  const [sought, setSought] = useState("");
  const words = sought.trim().toLowerCase();
  const found = members.filter(([name, schema]) => words === "" || `${name} ${propertyTitle(name, schema)}`.toLowerCase().includes(words));
  return (
    <>
      {isSearched(members) && (
        <TextInput aria-label="Find a property" placeholder="Find a property" leftSection={<Search size={13} aria-hidden />} value={sought} onChange={(event) => setSought(event.currentTarget.value)} />
      )}
      {found.map(([name, schema]) => editorHint(schema) === "trigger" ? <TriggerNote key={name} title={propertyTitle(name, schema)} /> : <PropField key={name} name={name} path={[name]} schema={schema} isRequired={required.has(name)} />)}
      {found.length === 0 && words !== "" && <p className="dr-hint">No property is called “{sought.trim()}”.</p>}
    </>
  );
}
