/** What a renaming rewrites, before it is done: what is certain ticked, guesses left to the person. */
import { Button, Checkbox, Group, Modal } from "@mantine/core";
import { ArrowRight } from "lucide-react";
import { type ReactNode, useState } from "react";

import { nodeLabel, typeTitle } from "../../model/labels";
import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { useDesk } from "../desk";
import { placeWords } from "./impact";
import { rename, type Rewrite, rewritesOf } from "./rename";
import { fieldSubject, modelSubject } from "./uses";

interface Offer {
  readonly node: LiveNode;
  readonly next: string;
  readonly rewrites: readonly Rewrite[];
}

export interface Renaming {
  /** Renames a data model or a field, after showing what else changes, if anything does. */
  readonly ask: (node: LiveNode, next: string) => void;
  readonly dialog: ReactNode;
}

export function useRenaming(): Renaming {
  const desk = useDesk();
  const [offer, setOffer] = useState<Offer | null>(null);
  const [isOpen, setOpen] = useState(false);
  const perform = (node: LiveNode, next: string, rewrites: readonly Rewrite[]): void => {
    desk.connection.stopCapturing();
    rename(desk.connection.editor, desk.snapshot, node.id, "name", next, rewrites);
    desk.connection.stopCapturing();
  };
  const ask = (node: LiveNode, next: string): void => {
    const subject = node.type.startsWith("Field@") ? fieldSubject(node) : modelSubject(node);
    const rewrites = toText(node.props.name) === "" ? [] : rewritesOf(desk.snapshot, subject, next);
    if (rewrites.length === 0) {
      perform(node, next, []);
      return;
    }
    setOffer({ node, next, rewrites });
    setOpen(true);
  };
  const dialog = (
    <Modal opened={isOpen} onClose={() => setOpen(false)} title={offer === null ? "" : `Rename ${toText(offer.node.props.name)} to ${offer.next}`} size="lg">
      {offer !== null && (
        <Body
          key={`${offer.node.id}/${offer.next}`}
          offer={offer}
          onClose={() => setOpen(false)}
          onRename={(rewrites) => {
            setOpen(false);
            perform(offer.node, offer.next, rewrites);
          }}
        />
      )}
    </Modal>
  );
  return { ask, dialog };
}

interface BodyProps {
  readonly offer: Offer;
  readonly onClose: () => void;
  readonly onRename: (rewrites: readonly Rewrite[]) => void;
}

function Body({ offer, onClose, onRename }: BodyProps) {
  const { rewrites } = offer;
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
