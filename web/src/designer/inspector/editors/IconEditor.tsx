/** An icon by name: chosen from those that are drawn, or written. */
import { ActionIcon, Popover, Tooltip } from "@mantine/core";
import { Shapes } from "lucide-react";
import { useState } from "react";

import { propertyTitle } from "../../../model/schema";
import { toText } from "../../../model/value";
import { Glyph } from "../../../library/Glyph";
import { useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { ICON_NAMES } from "../logic/icons";
import { Suggest } from "./Chooser";

export function IconEditor({ id, name, path, value, schema, isMixed, isRequired }: EditorProps) {
  const writer = useWriter();
  const [isOpen, setOpen] = useState(false);
  const text = toText(value);
  const title = propertyTitle(name, schema);
  const choose = (icon: string): void => {
    setOpen(false);
    writer.set(path, icon === "" ? undefined : icon);
  };
  return (
    <div className="dr-with-button">
      <Suggest id={id} value={text} suggestions={ICON_NAMES} placeholder={isMixed === true ? "Mixed" : isRequired === true ? "shopping-cart" : "None"} onCommit={choose} />
      <Popover opened={isOpen} onChange={setOpen} trapFocus returnFocus position="left-start" width={244} shadow="md" transitionProps={{ duration: 80 }}>
        <Popover.Target>
          <Tooltip label="Choose an icon">
            <ActionIcon variant="default" aria-label={`Choose ${title}`} onClick={() => setOpen(!isOpen)}>
              {text === "" ? <Shapes size={14} /> : <Glyph name={text} size={14} />}
            </ActionIcon>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown aria-label={`Icons for ${title}`}>
          <div className="dr-icons">
            {ICON_NAMES.map((icon) => (
              <button key={icon} type="button" title={icon} aria-label={icon} aria-pressed={icon === text} onClick={() => choose(icon)}>
                <Glyph name={icon} size={16} />
              </button>
            ))}
          </div>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
