/** When something runs: a schedule in the notation of cron, said in words, and its time zone. */
import { NativeSelect } from "@mantine/core";

import { toText } from "../../../model/value";
import { useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { LiveInput } from "../LiveInput";
import { cronWords, SCHEDULES } from "../logic/cron";
import { Chooser } from "./Chooser";

export function CronEditor({ id, name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const text = toText(value);
  const words = text === "" ? null : cronWords(text);
  const known = SCHEDULES.find(({ cron }) => cron === text);
  return (
    <>
      <div className="dr-any">
        <NativeSelect
          aria-label={`Common schedules for ${schema.title ?? name}`}
          value={known?.cron ?? ""}
          data={[{ value: "", label: "Own schedule" }, ...SCHEDULES.map(({ cron, title }) => ({ value: cron, label: title }))]}
          onChange={(event) => {
            if (event.currentTarget.value !== "") writer.set(path, event.currentTarget.value);
          }}
        />
        <LiveInput id={id} value={text} isCode isReadOnly={false} placeholder="0 3 * * *" isInvalid={text !== "" && words === null} onChange={(next) => writer.set(path, next === "" ? undefined : next)} />
      </div>
      <p className="dr-hint">{text === "" ? "Minute, hour, day of the month, month, day of the week." : (words ?? "Five fields are needed: minute, hour, day, month, weekday.")}</p>
    </>
  );
}

export function TimeZoneEditor({ id, path, value }: EditorProps) {
  const writer = useWriter();
  const text = toText(value);
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  const data = (text === "" || zones.includes(text) ? zones : [text, ...zones]).map((zone) => ({ value: zone, label: zone }));
  return <Chooser id={id} value={text} data={data} placeholder="UTC" onChange={(next) => writer.set(path, next)} />;
}
