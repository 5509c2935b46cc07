/** One of several words: side by side where they are few and short, else in a list; and yes or no. */
import { SegmentedControl, Switch } from "@mantine/core";

import { words } from "../../../model/schema";
import { toText } from "../../../model/value";
import { useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { Chooser } from "./Chooser";

/** Words of a program are shown as words of people: `dateTime` → `Date time`; names as they are. */
function wordTitle(word: string): string {
  return /^[a-z][A-Za-z]*$/u.test(word) ? words(word) : word;
}

export function SegmentsEditor(props: EditorProps) {
  const { id, path, value, schema, isMixed } = props;
  const writer = useWriter();
  const choices = schema.enum ?? [];
  const current = toText(value);
  const shown = current === "" && isMixed !== true ? toText(schema.default) : current;
  if (current !== "" && !choices.map(toText).includes(current)) return <EnumEditor {...props} />;
  return (
    <div className="dr-segments" data-default={(current === "" && shown !== "") || undefined}>
      <SegmentedControl
        id={id}
        aria-labelledby={`${id}-label`}
        size="xs"
        fullWidth
        transitionDuration={100}
        value={shown}
        data={choices.map(toText).map((word) => ({ value: word, label: wordTitle(word) }))}
        onChange={(next) => writer.set(path, choices.find((word) => toText(word) === next))}
      />
      {isMixed === true && <span className="dr-muted">Mixed</span>}
    </div>
  );
}

export function EnumEditor({ id, path, value, schema, isRequired, isMixed }: EditorProps) {
  const writer = useWriter();
  const choices = schema.enum ?? [];
  const current = toText(value);
  const fallback = toText(schema.default);
  const names = choices.map(toText);
  const data = names.map((word) => ({ value: word, label: wordTitle(word) }));
  const unknown = current !== "" && !names.includes(current) ? [{ value: current, label: `${current} (unknown)` }] : [];
  return (
    <Chooser
      id={id}
      value={current}
      data={[...data, ...unknown]}
      placeholder={isMixed === true ? "Mixed" : fallback === "" ? "Not set" : `${wordTitle(fallback)} (default)`}
      isClearable={isRequired !== true}
      onChange={(next) => writer.set(path, choices.find((word) => toText(word) === next))}
    />
  );
}

export function BooleanEditor({ id, path, value, schema, isMixed }: EditorProps) {
  const writer = useWriter();
  const isOn = typeof value === "boolean" ? value : schema.default === true;
  return (
    <Switch
      id={id}
      size="xs"
      className="dr-switch"
      checked={isOn && isMixed !== true}
      label={isMixed === true ? "Mixed" : undefined}
      onChange={(event) => {
        const next = event.currentTarget.checked;
        writer.set(path, next === (schema.default === true) ? undefined : next);
      }}
    />
  );
}
