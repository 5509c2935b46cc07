/** The application that the player's own chrome belongs to. */
import { createContext, useContext } from "react";

import type { Snapshot } from "../model/snapshot";
import { type Readable, useSelect } from "../shared/store";
import type { Application } from "./application";
import type { Schema } from "./core/schema";

export const ApplicationContext = createContext<Application | null>(null);

export function useApplication(): Application {
  const application = useContext(ApplicationContext);
  if (application === null) throw new Error("a part of the player was rendered outside of it");
  return application;
}

export function useValue<T>(readable: Readable<T>): T {
  return useSelect(readable, (value) => value);
}

export function useSchema(): Schema {
  return useValue(useApplication().player.schema);
}

export function useSnapshot(): Snapshot {
  return useValue(useApplication().snapshots);
}
