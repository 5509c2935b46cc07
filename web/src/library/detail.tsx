/** The fields of one record: that of its own data source, or the one around it. */
import { type CSSProperties, useMemo } from "react";

import type { LiveNode } from "../model/types";
import { sameItems, useSelect } from "../shared/store";
import { Empty, Failure, Skeleton, Unavailable } from "./marks";
import { constant, useNumber, useProperty, useReadable } from "./properties";
import { valueIn } from "./records";
import type { RecordController, RecordState } from "./runtime";
import { ScopeContext, useRecordScope, useScope } from "./scope";
import { columnTitles, sourceModel } from "./source";
import { useStage } from "./stage";
import { type Column, useColumns } from "./table/columns";
import { Value } from "./Value";
import type { ViewProps } from "./view";

export function DetailView(props: ViewProps) {
  return useStage().runtime === null ? <DesignedDetail {...props} /> : <PlayedDetail {...props} />;
}

function DesignedDetail({ node, root }: ViewProps) {
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

const PENDING = constant<RecordState>({
  state: "pending", isNew: false, isDirty: false, isSaving: false, saved: null, values: {}, fieldErrors: {}, error: null,
});

function PlayedDetail({ node, root }: ViewProps) {
  const { runtime } = useStage();
  const around = useScope();
  const controller = useMemo(() => runtime?.record(node, around) ?? null, [runtime, node, around]);
  const scope = useRecordScope(controller ?? around.record);
  const state = useReadable(controller?.state ?? PENDING);
  const count = useNumber(node, "columns", 1, 1, 6);
  const style = { ...root.style, "--columns": count } as CSSProperties;
  return (
    <section {...root} className="app-detail" data-played style={style} aria-busy={state.state === "pending"}>
      <ScopeContext value={scope}>
        {controller === null && around.item === null ? (
          <Empty title="No record">Nothing says which record to show</Empty>
        ) : state.state === "failed" ? (
          <Unavailable error={state.error} what="This record" />
        ) : state.state === "missing" ? (
          <Empty title="Record not found">It may have been deleted.</Empty>
        ) : (
          <Fields node={node} controller={controller} state={state} />
        )}
      </ScopeContext>
    </section>
  );
}

interface FieldsProps {
  readonly node: LiveNode;
  readonly controller: RecordController | null;
  readonly state: RecordState;
}

function Fields({ node, controller, state }: FieldsProps) {
  const { runtime } = useStage();
  const { item } = useScope();
  const model = controller?.model ?? runtime?.model(sourceModel(node) || (item?.model ?? "")) ?? null;
  const columns = useColumns(node, "fields", model);
  const isPending = controller !== null && state.state === "pending";
  return (
    <dl>
      {columns.map((column) => (
        <div key={column.key}>
          <dt>{column.title}</dt>
          <dd>{isPending ? <Skeleton characters={10} /> : <Detail node={node} column={column} controller={controller} state={state} />}</dd>
        </div>
      ))}
      {columns.length === 0 && isPending && <div><dt><Skeleton /></dt><dd><Skeleton characters={10} /></dd></div>}
    </dl>
  );
}

function Detail({ node, column, controller, state }: FieldsProps & { readonly column: Column }) {
  const { item } = useScope();
  const computed = useProperty(node, ["fields", column.entry, "value"]);
  if (column.path === "") return computed.state === "failed" ? <Failure error={computed.error} /> : computed.state === "pending" ? <Skeleton /> : <Value value={computed.value} field={null} as={column.as} format={column.format} />;
  const saved = state.saved ?? { id: "", model: "", version: 0, values: state.values };
  const record = controller === null ? item : { ...saved, values: state.values };
  const value = record === null ? null : valueIn(record, column.path);
  return value === null || value === "" ? <>–</> : <Value value={value} field={column.field} as={column.as} format={column.format} />;
}
