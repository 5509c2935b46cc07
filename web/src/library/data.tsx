/** Views of records: table, list, detail view. Without data each shows its structure. */
import { referenceName } from "../model/labels";
import { words } from "../model/schema";
import type { Snapshot } from "../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../model/types";
import { isExpression, isObject, listEntries, toText } from "../model/value";
import { sameItems, useSelect } from "../shared/store";
import { Glyph } from "./Glyph";
import { Slot } from "./NodeView";
import { useChildIds, useStage } from "./stage";
import type { ViewProps } from "./view";

export function TableView({ node, root }: ViewProps) {
  const { snapshots } = useStage();
  const titles = useSelect(snapshots, (snapshot) => columnTitles(node, snapshot), sameItems);
  const source = useSelect(snapshots, (snapshot) => sourceName(node, snapshot));
  const columns = titles.length > 0 ? titles : ["No columns yet"];
  const empty = useChildIds(node.id, "empty");
  const toolbar = useChildIds(node.id, "toolbar");
  return (
    <div {...root} className="app-table-frame">
      {toolbar.length > 0 && (
        <div className="app-table-toolbar">
          <Slot node={node} name="toolbar" />
        </div>
      )}
      <table className="app-table">
        <thead>
          <tr>
            {columns.map((title, index) => (
              <th key={index} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <td colSpan={columns.length}>
              {empty.length > 0 ? <Slot node={node} name="empty" /> : <Empty source={source} />}
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

export function ListView({ node, root }: ViewProps) {
  const { mode, snapshots } = useStage();
  const source = useSelect(snapshots, (snapshot) => sourceName(node, snapshot));
  const empty = useChildIds(node.id, "empty");
  return (
    <div {...root} className="app-list">
      {/* The player has no records to repeat the content for, so there it shows none. */}
      {mode === "design" && <Slot node={node} hint="What is put here repeats for each record" />}
      {empty.length > 0 ? <Slot node={node} name="empty" /> : <Empty source={source} />}
    </div>
  );
}

export function DetailView({ node, root }: ViewProps) {
  const { snapshots } = useStage();
  const titles = useSelect(snapshots, (snapshot) => columnTitles(node, snapshot), sameItems);
  return (
    <section {...root} className="app-detail">
      {titles.length === 0 ? (
        <p className="app-empty-note">No fields chosen yet</p>
      ) : (
        <dl>
          {titles.map((title, index) => (
            <div key={index}>
              <dt>{title}</dt>
              <dd>–</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Empty({ source }: { readonly source: string | null }) {
  return (
    <div className="app-empty">
      <Glyph name="table" size={20} />
      <span>No records yet</span>
      <small>{source === null ? "No data source is chosen" : `Records of ${source} appear here`}</small>
    </div>
  );
}

function columnTitles(node: LiveNode, snapshot: Snapshot): readonly string[] {
  const columns = listEntries(node.props.columns ?? node.props.fields);
  return columns.filter(([, column]) => column.hidden !== true).map(([, column]) => columnTitle(column, snapshot));
}

function columnTitle(column: JsonObject, snapshot: Snapshot): string {
  if (isExpression(column.title)) return column.title.expr;
  const title = toText(column.title);
  if (title !== "") return title;
  const name = referenceName(column.field ?? column.value, snapshot);
  return name === "" ? "Untitled" : words(name.split(".").at(-1) ?? name);
}

/** The name of the data model that a node's `dataSource` names, or null. */
export function sourceName(node: LiveNode, snapshot: Snapshot): string | null {
  const source: Json | undefined = node.props.dataSource;
  if (!isObject(source) || source.model === undefined || source.model === null) return null;
  return referenceName(source.model, snapshot) || null;
}
