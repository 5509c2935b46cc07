/** A person: initials on their colour, in the ink that is readable on it. */
import { Tooltip } from "@mantine/core";

import { initials, inkOn, safeColor } from "./people";

export function Avatar({ name, color, size = 24 }: { readonly name: string; readonly color: string; readonly size?: number }) {
  return (
    <Tooltip label={name}>
      <span
        className="dr-avatar"
        role="img"
        aria-label={name}
        style={{ width: size, height: size, background: safeColor(color), color: inkOn(color), fontSize: size * 0.42 }}
      >
        {initials(name)}
      </span>
    </Tooltip>
  );
}
