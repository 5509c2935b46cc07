/** The centre: a page on the canvas, a data model's grid, a workflow's steps, or a revision of the past. */
import { useSelect } from "../../shared/store";
import { Canvas } from "../canvas/Canvas";
import { useDesk, useSnapshot } from "../desk";
import { PastCentre } from "../history/PastCentre";
import { ModelGrid } from "../models/ModelGrid";
import { WorkflowView } from "../workflows/WorkflowView";

export function CentrePanel() {
  return useDesk().isPast ? <PastCentre><Selected /></PastCentre> : <Selected />;
}

function Selected() {
  const desk = useDesk();
  const centre = useSelect(desk.centre, (value) => value);
  const snapshot = useSnapshot();
  const node = centre.kind === "canvas" || !snapshot.isLive(centre.id) ? undefined : snapshot.node(centre.id);
  if (centre.kind === "model" && node !== undefined) return <ModelGrid key={node.id} model={node} />;
  if (centre.kind === "workflow" && node !== undefined) return <WorkflowView key={node.id} workflow={node} />;
  return <Canvas />;
}
