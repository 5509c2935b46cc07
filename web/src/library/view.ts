/** What every view of a component is given. */
import type { ComponentType, CSSProperties } from "react";

import type { LiveNode } from "../model/types";

/** Goes onto the outermost element of a view, by which the canvas finds it. */
export interface RootProps {
  readonly "data-node": string;
  /** Set on the canvas for a component that the application would not show. */
  readonly "data-invisible"?: true | undefined;
  readonly style?: CSSProperties | undefined;
}

export interface ViewProps {
  readonly node: LiveNode;
  readonly root: RootProps;
}

export type View = ComponentType<ViewProps>;

/** Views by the ids of their definitions. */
export type Group = Readonly<Record<string, View>>;
