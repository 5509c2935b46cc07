/**
 * Pages for data models that no page shows: a list, and a form for one record.
 *
 * They are made of the same nodes as pages that people draw, in a snapshot derived from the model's,
 * so that the same views draw them. Their ids begin with a tilde, which no id of a model does.
 */
import { expressionFor } from "../../model/loose";
import { typeName } from "../../model/registry";
import { words } from "../../model/schema";
import type { Snapshot } from "../../model/snapshot";
import { type Json, type JsonObject, type LiveNode, ROOT } from "../../model/types";
import { isObject, isReference, toText } from "../../model/value";
import { type Readable, Store } from "../../shared/store";
import { isSame } from "./same";
import { inverseList, labelField, modelsOf } from "./schema";
import type { FieldInfo, ModelInfo } from "../../library/runtime";

const PREFIX = "~";
/** Columns of a generated list: more would not fit beside one another. */
const COLUMNS_MAX = 8;
/** Components whose source shows that a page is about a model; a chart or a choice is not enough. */
const SHOWING: ReadonlySet<string> = new Set(["Page", "Table", "List", "Form", "DetailView"]);

export function isGenerated(id: string): boolean {
  return id.startsWith(PREFIX);
}

/** The snapshots of a model with the pages that are generated for it. */
export function withGenerated(snapshots: Readable<Snapshot>): Readable<Snapshot> {
  let base = snapshots.get();
  let made: ReadonlyMap<string, LiveNode> = new Map();
  const derive = (before: Snapshot, next: Snapshot): Snapshot => {
    const nodes = generate(next);
    const changed = new Map<string, LiveNode | null>();
    for (const [id, node] of next.nodes) if (base.nodes.get(id) !== node) changed.set(id, node);
    for (const id of base.nodes.keys()) if (!next.nodes.has(id)) changed.set(id, null);
    const kept = new Map<string, LiveNode>();
    for (const [id, node] of nodes) {
      const known = made.get(id);
      // A node that says the same stays the same object: nothing is drawn again for it.
      kept.set(id, known !== undefined && isSame(known, node) ? known : node);
      if (kept.get(id) !== known) changed.set(id, node);
    }
    for (const id of made.keys()) if (!nodes.has(id)) changed.set(id, null);
    base = next;
    made = kept;
    return before.next(next.application, changed);
  };
  const derived = new Store(derive(base, base));
  snapshots.subscribe(() => derived.set(derive(derived.get(), snapshots.get())));
  return derived;
}

/** The nodes of all generated pages, by id. */
function generate(snapshot: Snapshot): ReadonlyMap<string, LiveNode> {
  const shown = modelsShown(snapshot);
  const models = modelsOf(snapshot);
  const nodes = new Map<string, LiveNode>();
  for (const [index, model] of [...models.values()].filter(({ id }) => !shown.has(id)).entries()) {
    const maker = new PageMaker(nodes, snapshot, models, model, index);
    maker.list();
    maker.form();
  }
  return nodes;
}

function modelsShown(snapshot: Snapshot): ReadonlySet<string> {
  const shown = new Set<string>();
  for (const page of snapshot.children(ROOT, "pages")) {
    for (const node of snapshot.subtree(page.id)) {
      const source = node.props.dataSource;
      if (SHOWING.has(typeName(node.type)) && isObject(source) && isReference(source.model)) shown.add(source.model.ref);
    }
  }
  return shown;
}

class PageMaker {
  constructor(
    private readonly nodes: Map<string, LiveNode>,
    private readonly snapshot: Snapshot,
    private readonly models: ReadonlyMap<string, ModelInfo>,
    private readonly model: ModelInfo,
    private readonly index: number,
  ) {}

  list(): void {
    const { id, name } = this.model;
    const title = this.#title();
    const page = this.#add("list", "Page", ROOT, "pages", { name: title, path: `/${name}`, dataSource: {}, variables: {} });
    const head = this.#add("list-head", "Stack", page, "children", { direction: "horizontal", gap: 2, align: "center" });
    this.#add("list-title", "Heading", head, "children", { text: title, level: 1 });
    this.#add("list-new", "Button", head, "children", {
      label: "New",
      variant: "primary",
      onClick: { go: { order: "a0", action: "navigate", to: `/${name}/new` } },
    });
    this.#add("list-table", "Table", page, "children", {
      dataSource: { model: { ref: id }, sort: ["-createdAt"] },
      // In a table that is edited in place a cell of its own leads to the record's page.
      columns: { open: { order: "a", title: "Open", value: { expr: "'chevron-right'" }, as: "Icon", width: 72, sortable: false }, ...this.#columns(this.model, null) },
      pageSize: 25,
      editable: true,
      searchable: true,
      onRowSelect: { go: { order: "a0", action: "navigate", to: { expr: `'/${name}/' + row.id` } } },
    });
  }

  form(): void {
    const { id, name } = this.model;
    const dataSource = { model: { ref: id }, record: { expr: "params.id" } };
    const page = this.#add("form", "Page", ROOT, "pages", { name: this.#title(), path: `/${name}/:id`, dataSource, variables: {} });
    const head = this.#add("form-head", "Stack", page, "children", { gap: 0 });
    this.#add("form-back", "Link", head, "children", { text: this.#title(), to: `/${name}` });
    this.#add("form-title", "Heading", head, "children", { text: this.#heading(), level: 1 });
    const card = this.#add("form-card", "Card", page, "children", { style: { maxWidth: "760px" } });
    const form = this.#add("form-form", "Form", card, "children", { submitLabel: "Save" });
    for (const field of this.model.fields) if (isShownInForm(field)) this.#control(form, field);
    for (const inverse of inverseList(this.snapshot, id)) this.#related(page, inverse.model, inverse.field, inverse.name);
    this.#add("form-delete", "Button", page, "children", {
      label: "Delete",
      variant: "danger",
      visible: { expr: "params.id != 'new'" },
      onClick: {
        remove: { order: "a0", action: "deleteRecord", model: { ref: id }, record: { expr: "params.id" }, confirm: "Delete this record?" },
        leave: { order: "a1", action: "navigate", to: `/${name}` },
      },
    });
  }

  #title(): string {
    return toText(this.snapshot.node(this.model.id)?.props.title) || words(this.model.name);
  }

  // A record is headed by what people know it by, a new one by what it is.
  #heading(): Json {
    const label = labelField(this.model);
    const title = expressionFor(this.#title());
    return label === null ? this.#title() : { expr: `has(record.${label.name}) ? record.${label.name} : ${title}` };
  }

  #control(form: string, field: FieldInfo): void {
    const [component, more] = controlFor(field);
    // The server gives records their UUIDs.
    const isReadOnly = field.isReadOnly || field.type === "UUID";
    this.#add(`form-${field.id}`, component, form, "children", { label: field.title, bind: `record.${field.name}`, required: field.isRequired, readOnly: isReadOnly, ...more });
  }

  #related(page: string, model: string, field: string, title: string): void {
    const related = this.models.get(model);
    if (related === undefined) return;
    const key = `form-${model}-${field}`;
    this.#add(`${key}-title`, "Heading", page, "children", { text: words(title), level: 2 });
    this.#add(`${key}-table`, "Table", page, "children", {
      dataSource: { model: { ref: model }, filter: { expr: `item.${field} == params.id` } },
      columns: this.#columns(related, field),
      pageSize: 25,
      editable: true,
    });
  }

  #columns(model: ModelInfo, without: string | null): JsonObject {
    const fields = model.fields.filter((field) => field.id !== field.name && field.name !== without && field.type !== "Json");
    return Object.fromEntries(fields.slice(0, COLUMNS_MAX).map((field, at) => [
      field.id,
      { order: orderKey(at), field: { ref: field.id }, ...(field.type === "Enum" ? { as: "Badge" } : {}), ...(field.type === "UUID" ? { editable: false } : {}) } satisfies Json,
    ]));
  }

  #add(key: string, component: string, parent: string, slot: string, props: JsonObject): string {
    const id = `${PREFIX}${this.model.id}-${key}`;
    // Generated pages come after those that people drew.
    const order = parent === ROOT ? `${PREFIX}${orderKey(this.index)}` : orderKey(this.nodes.size);
    this.nodes.set(id, { id, type: `${component}@1`, place: [parent, slot, order], props });
    return id;
  }
}

// System fields have their name as id; they are nobody's to fill in.
function isShownInForm(field: FieldInfo): boolean {
  return field.id !== field.name;
}

function controlFor(field: FieldInfo): readonly [component: string, props: JsonObject] {
  switch (field.type) {
    case "Boolean":
      return ["Switch", {}];
    case "Integer":
      return ["NumberField", { step: 1 }];
    case "Decimal":
      return ["NumberField", { step: String(10 ** -field.scale) }];
    case "Date":
      return ["DateField", { mode: "date" }];
    case "Time":
      return ["DateField", { mode: "time" }];
    case "DateTime":
      return ["DateField", { mode: "dateTime" }];
    case "Enum":
    case "Reference":
      return ["Select", { clearable: !field.isRequired }];
    case "Json":
      return ["TextArea", { rows: 6 }];
    case "File":
      return ["FileField", {}];
    case "Email":
      return ["TextField", { type: "email" }];
    case "Url":
      return ["TextField", { type: "url" }];
    default:
      return ["TextField", {}];
  }
}

function orderKey(index: number): string {
  return `a${String(index).padStart(4, "0")}`;
}
