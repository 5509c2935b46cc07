/** The centre: the page on the canvas, a data model's grid, or a workflow's steps. */
import { useSelect } from "../../shared/store";
import { Canvas } from "../canvas/Canvas";
import { useDesk, useSnapshot } from "../desk";
import { ModelGrid } from "../models/ModelGrid";
import { WorkflowView } from "../workflows/WorkflowView";

export function CentrePanel() {
  const desk = useDesk();
  const centre = useSelect(desk.centre, (value) => value);
  const snapshot = useSnapshot();
  const node = centre.kind === "canvas" || !snapshot.isLive(centre.id) ? undefined : snapshot.node(centre.id);
  if (centre.kind === "model" && node !== undefined) return <ModelGrid key={node.id} model={node} />;
  if (centre.kind === "workflow" && node !== undefined) return <WorkflowView key={node.id} workflow={node} />;
  return <Canvas />;
}
