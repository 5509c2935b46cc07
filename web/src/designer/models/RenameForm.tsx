/** What a renaming rewrites, before it is done: what is certain ticked, guesses left to the person. */
import { Button, Checkbox, Group } from "@mantine/core";
import { ArrowRight } from "lucide-react";
import { useState } from "react";

import { nodeLabel, typeTitle } from "../../model/labels";
import { useDesk } from "../desk";
import { placeWords } from "./impact";
import type { Rewrite } from "./rename";

interface RenameFormProps {
  readonly rewrites: readonly Rewrite[];
  readonly onClose: () => void;
  readonly onRename: (rewrites: readonly Rewrite[]) => void;
}

export function RenameForm({ rewrites, onClose, onRename }: RenameFormProps) {
  const [chosen, setChosen] = useState<ReadonlySet<Rewrite>>(() => new Set(rewrites.filter((rewrite) => rewrite.isCertain)));
  const toggle = (rewrite: Rewrite): void => {
    const next = new Set(chosen);
    if (!next.delete(rewrite)) next.add(rewrite);
    setChosen(next);
  };
  const hasGuesses = rewrites.some((rewrite) => !rewrite.isCertain);
  return (
    <div className="dm-impact">
      <p className="dr-hint">
        Also changes {places(chosen.size)} that use the name. Everything is one change, undone in one go.
        {hasGuesses && " What may be of something else is not ticked."}
      </p>
      <ul className="dm-rewrites" aria-label="What else changes">
        {rewrites.map((rewrite, index) => (
          <RewriteRow key={index} rewrite={rewrite} isChosen={chosen.has(rewrite)} onToggle={() => toggle(rewrite)} />
        ))}
      </ul>
      <Group justify="flex-end">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="filled" data-autofocus onClick={() => onRename(rewrites.filter((rewrite) => chosen.has(rewrite)))}>Rename</Button>
      </Group>
    </div>
  );
}

function RewriteRow({ rewrite, isChosen, onToggle }: { readonly rewrite: Rewrite; readonly isChosen: boolean; readonly onToggle: () => void }) {
  const desk = useDesk();
  const [root, ...rest] = desk.snapshot.path(rewrite.node);
  const node = rest.at(-1) ?? root;
  const own = node === undefined ? "" : nodeLabel(node, desk.registry, desk.snapshot);
  const type = node === undefined ? "" : typeTitle(node.type, desk.registry);
  const where = own === type ? type : `${type} ${own}`;
  const place = node === undefined ? "" : placeWords(desk.registry.byType(node.type)?.schema, node.props, rewrite.path);
  const area = root === undefined || root === node ? "" : nodeLabel(root, desk.registry, desk.snapshot);
  return (
    <li>
      <Checkbox
        size="xs"
        checked={isChosen}
        onChange={onToggle}
        label={<span dir="auto">{where} <span className="dr-muted">{place}{area !== "" && ` in ${area}`}</span>{!rewrite.isCertain && <em className="dm-guess">by name</em>}</span>}
      />
      <p className="dm-rewrite">
        <code>{rewrite.before}</code>
        <ArrowRight size={12} aria-label="becomes" />
        <code>{rewrite.after}</code>
      </p>
    </li>
  );
}

function places(count: number): string {
  return count === 1 ? "1 place" : `${count} places`;
}
