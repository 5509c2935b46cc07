/**
 * The running application: everything of the player that is no view.
 *
 * Views ask it by the interface of the component library; the page around them shows its messages,
 * its schema and its problems. The feed tells it what has changed.
 */
import type { AppRuntime, DataRecord, RecordController, Scope } from "../../library/runtime";
import { findPage, pagePath } from "../../model/routes";
import type { Snapshot } from "../../model/snapshot";
import type { Json, LiveNode } from "../../model/types";
import type { Readable } from "../../shared/store";
import { Actions } from "./actions";
import { Bindings } from "./bindings";
import { Choices } from "./choices";
import type { Client } from "./client";
import { Evaluation } from "./evaluation";
import type { Expressions } from "./expressions";
import { Groups } from "./groups";
import { Listing } from "./listing";
import { Messages } from "./messages";
import { Problems } from "./problems";
import { type Loaded, Queries } from "./queries";
import { EditedRecord } from "./record";
import { Records } from "./records";
import { Rows } from "./rows";
import { SCHEMA, type Schema, schemaOver } from "./schema";
import { ServerValues } from "./values";
import { Variables } from "./variables";
import { Writes } from "./writes";

/** What the page around the application does for it. */
export interface Surroundings {
  /** The path that is shown, such as `/orders/new`. */
  readonly path: () => string;
  readonly navigate: (path: string) => void;
  /** Changes the address without a step in the history. */
  readonly replace: (path: string) => void;
  readonly setOpen: (dialog: string, isOpen: boolean) => void;
  readonly closeAll: () => void;
}

export interface PlayerParts {
  readonly client: Client;
  /** The engine, null until it is loaded. */
  readonly expressions: Readable<Expressions | null>;
  readonly snapshots: Readable<Snapshot>;
  readonly surroundings: Surroundings;
}

/** The parts that a running application is made of, for the page around it. */
export interface Player extends AppRuntime {
  readonly client: Client;
  readonly queries: Queries;
  readonly schema: Readable<Schema>;
  readonly messages: Messages;
  readonly problems: Problems;
  readonly evaluation: Evaluation;
  readonly schemaOf: () => Schema;
  /** The scope of a page, the same object for the same page and parameters. */
  readonly pageScope: (page: LiveNode, params: Readonly<Record<string, string>>) => Scope;
  /** Records of these data models changed; null: any may have. */
  readonly onRecords: (models: ReadonlySet<string> | null) => void;
  /** Roles, fields or tables changed. */
  readonly onSchema: () => void;
  /** Looks at the application as a role does, or with all that the person may do. */
  readonly viewAs: (role: string | null) => void;
}

/** Pages whose scope, and with it what was typed there, is kept for coming back. */
const SCOPES_MAX = 20;

export function createPlayer({ client, expressions, snapshots, surroundings }: PlayerParts): Player {
  const queries = new Queries();
  const messages = new Messages();
  const problems = new Problems();
  const schema = schemaOver(client, queries, snapshots);
  const variables = new Variables(snapshots, (source, { params }, track) => constantOf(track(expressions), source, params));
  const writes = new Writes(client, schema, queries);
  const record = (model: string, id: string): Readable<Loaded<DataRecord>> => queries.ask(records.byId(model, id));
  const values = new ServerValues(client);
  const evaluation = new Evaluation({ expressions, schema, variables, queries, values, problems, record });
  const replaceParameter = (page: string, name: string, value: string): void => replaceIn(snapshots.get(), surroundings, page, name, value);
  const records: Records = new Records({ client, evaluation, messages, queries, schema, snapshots, variables, writes, replaceParameter });
  const rows = new Rows({ schema, evaluation, snapshots, writes });
  const listing = new Listing({ client, queries, schema, snapshots, variables, evaluation, rows });
  const bindings = new Bindings({ schema, snapshots, variables, writes, messages });
  const choices = new Choices({ client, queries, schema, variables, evaluation, bindings, record });
  const groups = new Groups({ client, queries, schema, variables, evaluation });
  const actions = new Actions({ client, evaluation, messages, schema, snapshots, variables, writes, ...surroundings });
  const scopes = new Map<string, Scope>();
  return {
    client, queries, schema, messages, problems, evaluation,
    schemaOf: schema.get,
    value: (node, path, scope) => evaluation.value(node, path, scope),
    model: (id) => schema.get().models.get(id) ?? null,
    query: (node, scope, options) => listing.query(node, scope, options),
    groups: (node, scope) => groups.of(node, scope),
    choices: (node, scope, search) => choices.of(node, scope, search),
    references: (model, search) => choices.references(model, search),
    record: (node, scope) => records.of(node, scope),
    binding: (node, scope) => bindings.of(node, scope),
    rows: (node, scope) => rows.of(node, scope),
    perform: async (node, event, scope) => {
      const isDone = await actions.perform(node, [event], scope);
      if (event === "onSubmit" && isDone) startOver(records.of(node, scope));
      return isDone;
    },
    performAt: (node, path, scope) => actions.perform(node, path, scope),
    isBusy: (node) => actions.isBusy(node.id),
    pageScope: (page, params) => {
      const key = `${page.id}|${JSON.stringify(params)}|${JSON.stringify(page.props.dataSource ?? null)}`;
      const known = scopes.get(key);
      if (known !== undefined) {
        // What was created here has an address of its own by now: who comes back creates another.
        startOver(known.record);
        return known;
      }
      const bare: Scope = { page: page.id, params, record: null, item: null };
      const scope: Scope = { ...bare, record: records.of(page, bare) };
      scopes.set(key, scope);
      const oldest = scopes.keys().next().value;
      if (scopes.size > SCOPES_MAX && oldest !== undefined) scopes.delete(oldest);
      return scope;
    },
    onRecords: (models) => queries.invalidate(models),
    // A renamed field is asked for by its new name, not by the old one once more.
    onSchema: () => void queries.renew(SCHEMA),
    viewAs: (role) => {
      client.role = role;
      // What one role was shown is not for another's eyes, not even while it is being replaced.
      scopes.clear();
      problems.clear();
      listing.clear();
      queries.clear();
    },
  };
}

function startOver(record: RecordController | null): void {
  if (record instanceof EditedRecord) record.startOver();
}

// Defaults of variables are constants to the page: they see its address and nothing else.
function constantOf(expressions: Expressions | null, source: string, params: Readonly<Record<string, string>>): Json {
  const evaluated = expressions?.evaluate(source, { params, vars: {}, record: null, item: null });
  return evaluated?.ok === true ? evaluated.value : null;
}

function replaceIn(snapshot: Snapshot, surroundings: Surroundings, page: string, name: string, value: string): void {
  const match = findPage(snapshot, surroundings.path());
  // Whoever has left the page meanwhile stays where they are.
  if (match === null || match.page.id !== page) return;
  const parameters: Readonly<Record<string, string>> = { ...match.parameters, [name]: value };
  const segments = pagePath(match.page).split("/");
  surroundings.replace(segments.map((segment) => (segment.startsWith(":") ? encodeURIComponent(parameters[segment.slice(1)] ?? "") : segment)).join("/"));
}

