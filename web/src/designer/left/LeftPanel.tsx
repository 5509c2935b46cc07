/** The left panel: what its rail chose. */
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { LayersPanel } from "../layers/LayersPanel";
import { ModelsPanel } from "../models/ModelsPanel";
import { PagesPanel } from "../pages/PagesPanel";
import { PalettePanel } from "../palette/PalettePanel";
import { WorkflowsPanel } from "../workflows/WorkflowsPanel";

export function LeftPanel() {
  const tab = useSelect(useDesk().left, (value) => value);
  switch (tab) {
    case "insert":
      return <PalettePanel />;
    case "pages":
      return <PagesPanel />;
    case "layers":
      return <LayersPanel />;
    case "models":
      return <ModelsPanel />;
    case "workflows":
      return <WorkflowsPanel />;
  }
}
