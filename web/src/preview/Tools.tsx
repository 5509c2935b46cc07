/** The tool's own bar: state of the feed, the viewed role, panels and inspection. */
import { useApplication, useSchema, useValue } from "./context";
import type { PanelName } from "./Drawer";
import { StatusBar } from "./StatusBar";

interface ToolsProps {
  readonly panel: PanelName | null;
  readonly onPanel: (panel: PanelName | null) => void;
  readonly isInspecting: boolean;
  readonly onInspect: (isInspecting: boolean) => void;
}

const PANELS: readonly (readonly [PanelName, string])[] = [["data", "Data"], ["runs", "Runs"], ["problems", "Problems"]];

export function Tools({ panel, onPanel, isInspecting, onInspect }: ToolsProps) {
  const { feed, place, player } = useApplication();
  const problems = useValue(player.problems.list).length;
  return (
    <footer className="player-tools" aria-label="Preview tools">
      <StatusBar status={useValue(feed.status)} />
      <ViewAs />
      <span className="player-spring" />
      {PANELS.map(([name, title]) => (
        <button key={name} type="button" className="player-button" aria-expanded={panel === name} onClick={() => onPanel(panel === name ? null : name)}>
          {title}
          {name === "problems" && problems > 0 && <span className="player-count">{problems}</span>}
        </button>
      ))}
      <button type="button" className="player-button" aria-pressed={isInspecting} onClick={() => onInspect(!isInspecting)}>Inspect</button>
      <a className="player-button" href={`/rooms/${encodeURIComponent(place.room)}`} target="_blank" rel="noopener">Designer</a>
    </footer>
  );
}

function ViewAs() {
  const { role } = useApplication();
  const viewed = useValue(role);
  const { roles, isKnown, isReadOnly } = useSchema();
  const offered = viewed === null || roles.includes(viewed) ? roles : [...roles, viewed];
  return (
    <>
      {offered.length > 0 && (
        <label className="player-view-as">
          <span>View as</span>
          <select value={viewed ?? ""} onChange={(event) => role.set(event.target.value === "" ? null : event.target.value)}>
            <option value="">Everything</option>
            {offered.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
      )}
      {isKnown && isReadOnly && <span className="player-muted">You may only read</span>}
    </>
  );
}
