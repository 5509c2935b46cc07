/** The conflict of one property, at its field; nothing where there is none. */
import type { PropPath } from "../../model/editor";
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { ConflictCard } from "./ConflictCard";

export function FieldConflict({ node, path }: { readonly node: string; readonly path: PropPath }) {
  const { conflicts } = useDesk().connection;
  const conflict = useSelect(conflicts.list, (list) =>
    list.find((one) => one.kind === "value" && one.node === node && one.path.length === path.length && one.path.every((step, index) => step === path[index])),
  );
  return conflict === undefined ? null : <ConflictCard conflict={conflict} isAtField />;
}
