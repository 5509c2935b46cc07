/** The centre: a page on the canvas, a data model's grid, a workflow's steps, or a revision of the past. */
import { useSelect } from "../../shared/store";
import { Canvas } from "../canvas/Canvas";
import { useDesk, useSnapshot } from "../desk";
import { useHistory } from "../history/history";
import { PastView } from "../history/PastView";
import { ModelGrid } from "../models/ModelGrid";
import { WorkflowView } from "../workflows/WorkflowView";

export function CentrePanel() {
  const desk = useDesk();
  const history = useHistory();
  const past = useSelect(history.past, (value) => value);
  const centre = useSelect(desk.centre, (value) => value);
  const snapshot = useSnapshot();
  if (past !== null) return <PastView history={history} past={past} />;
  const node = centre.kind === "canvas" || !snapshot.isLive(centre.id) ? undefined : snapshot.node(centre.id);
  if (centre.kind === "model" && node !== undefined) return <ModelGrid key={node.id} model={node} />;
  if (centre.kind === "workflow" && node !== undefined) return <WorkflowView key={node.id} workflow={node} />;
  return <Canvas />;
}
