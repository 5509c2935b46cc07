/**
 * One page as the player would show it, to be looked at: what it is drawn from, the stage says.
 *
 * It stands in a shadow root, so that neither the tool's styles nor the application's reach each
 * other. Canvas and history draw the same; only the canvas adds selection and drags around it.
 */
import { useComputedColorScheme } from "@mantine/core";
import type { Ref } from "react";

import { PageView } from "../../library/PageView";
import { type Stage, StageContext } from "../../library/stage";
import type { LiveNode } from "../../model/types";
import { ShadowBox } from "./ShadowBox";

interface ArtboardProps {
  readonly page: LiveNode;
  readonly stage: Stage;
  /** Gets the host of the shadow root. */
  readonly host?: Ref<HTMLDivElement>;
}

export function Artboard({ page, stage, host }: ArtboardProps) {
  const scheme = useComputedColorScheme("light");
  return (
    <ShadowBox theme={scheme} host={host}>
      <StageContext value={stage}>
        <PageView key={page.id} page={page} />
      </StageContext>
    </ShadowBox>
  );
}
