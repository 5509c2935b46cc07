/** The drawing of a room's first page, in the colours of the page around it. */
import { useComputedColorScheme } from "@mantine/core";
import { useState } from "react";

import { type Room, thumbnailUrl } from "../shared/api";

export function Thumbnail({ room }: { readonly room: Room }) {
  const scheme = useComputedColorScheme("light");
  const [isBroken, setBroken] = useState(false);
  // The title stands beside it: to those who cannot see the drawing it says nothing more.
  return (
    <span className="dr-thumbnail" aria-hidden>
      {!isBroken && <img key={scheme} src={thumbnailUrl(room, scheme)} alt="" width={320} height={200} loading="lazy" decoding="async" draggable={false} onError={() => setBroken(true)} />}
    </span>
  );
}
