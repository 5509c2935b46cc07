/** Who may do what with the selected node: one line a role, with the way to it. */
import { ShieldCheck } from "lucide-react";

import { words } from "../../model/schema";
import { typeName } from "../../model/registry";
import { useDesk, useSnapshot } from "../desk";
import { useSubject } from "./field";
import { accessOf } from "./logic/access";

export function AccessTab() {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const { owner } = useSubject();
  const node = snapshot.node(owner.id);
  const access = node === undefined ? [] : accessOf(node, snapshot, desk.registry);
  const kind = typeName(owner.type);
  if (access.length === 0) {
    return <p className="dr-hint">The application has no roles yet, so everybody who uses it may do everything. Add a role in the layers to change that.</p>;
  }
  const isOpen = kind === "Page" && access.every(({ verbs }) => verbs.length === 0);
  return (
    <>
      <p className="dr-hint">
        {isOpen ? "No role has a grant for this page, so it is open to all roles of the application." : "What people in each role may do here. Grants are given in the role."}
      </p>
      <ul className="dr-access" aria-label="Roles">
        {access.map(({ role, name, verbs, limits }) => (
          <li key={role.id}>
            <button type="button" aria-label={`Open the role ${name}`} onClick={() => desk.select(role.id)}>
              <ShieldCheck size={14} aria-hidden />
              <span className="dr-access-name dr-ellipsis" dir="auto">{name}</span>
              <span className="dr-access-verbs">
                {verbs.length === 0 ? <span className="dr-muted">{isOpen ? "open" : "nothing"}</span> : verbs.map((verb) => <span key={verb} className="dr-chip">{words(verb)}</span>)}
              </span>
              {limits.length > 0 && <span className="dr-access-limits" dir="auto">{limits.join(", ")}</span>}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
