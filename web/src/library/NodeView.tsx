/** Renders one node by the view of its type; a view that fails takes only itself down. */
import { Component, type ErrorInfo, memo, type ReactNode } from "react";

import { typeName } from "../model/registry";
import type { LiveNode } from "../model/types";
import { useSelect } from "../shared/store";
import { Failure } from "./marks";
import { Placeholder } from "./Placeholder";
import { useProp, useValue } from "./properties";
import { useChildIds, useNode, useStage } from "./stage";
import { ownStyle } from "./style";
import { isOnItsWay, views } from "./views";

export const NodeView = memo(function NodeView({ id }: { readonly id: string }) {
  const node = useNode(id);
  if (node === undefined) return null;
  return (
    <Boundary node={node}>
      <Viewed node={node} />
    </Boundary>
  );
});

function Viewed({ node }: { readonly node: LiveNode }) {
  const name = typeName(node.type);
  const View = useSelect(views, (here) => (isOnItsWay(name, here) ? undefined : (here.get(name) ?? Placeholder)));
  const { mode, runtime } = useStage();
  const visible = useProp(node, "visible");
  const style = ownStyle(useValue(node, "style"));
  // What cannot be computed is shown with its reason; what is not known yet would jump if it went.
  const isHidden = node.props.visible !== undefined && (visible.state === "pending" || (visible.state === "ready" && visible.value !== true));
  if (View === undefined || (mode === "play" && isHidden)) return null;
  const isInvisible = node.props.visible === false || (isHidden && runtime !== null && visible.state === "ready");
  const view = <View node={node} root={{ "data-node": node.id, "data-invisible": isInvisible || undefined, style }} />;
  if (visible.state !== "failed") return view;
  return (
    <>
      <Failure error={visible.error} />
      {view}
    </>
  );
}

/** The children in a slot; on the canvas an empty slot says that something belongs there. */
export function Slot({ node, name = "children", hint }: { readonly node: LiveNode; readonly name?: string; readonly hint?: string }) {
  const ids = useChildIds(node.id, name);
  const { mode } = useStage();
  if (ids.length === 0) {
    return mode === "design" && hint !== undefined ? <div className="app-slot-hint" data-owner={node.id} data-slot={name}>{hint}</div> : null;
  }
  return (
    <>
      {ids.map((id) => (
        <NodeView key={id} id={id} />
      ))}
    </>
  );
}

interface BoundaryProps {
  readonly node: LiveNode;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly failed: LiveNode | null;
  readonly reason: string;
}

class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: null, reason: "" };

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState): BoundaryState | null {
    // The next edit of the node may mend it, so a failure is kept only for the state that failed.
    return state.failed !== null && state.failed !== props.node ? { failed: null, reason: "" } : null;
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`The component ${this.props.node.id} failed.`, error, info.componentStack);
    this.setState({ failed: this.props.node });
  }

  static getDerivedStateFromError(error: Error): Partial<BoundaryState> {
    return { reason: error.message || "unknown" };
  }

  override render(): ReactNode {
    if (this.state.failed === null && this.state.reason === "") return this.props.children;
    return (
      <div className="app-failed" role="note" data-node={this.props.node.id}>
        <strong>{typeName(this.props.node.type)}</strong> could not be shown.
      </div>
    );
  }
}
