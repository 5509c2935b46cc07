/**
 * The views of the first library, by the id of their definition.
 *
 * What nearly every page shows comes with the player. The rest comes in groups, each when it is
 * first needed: whoever draws a page waits for its groups, so that nothing on it moves afterwards.
 */
import { type Readable, Store } from "../shared/store";
import { ButtonView, LinkView } from "./actions";
import { MetricView, TimelineView } from "./figures";
import { CardView, DividerView, FrameView, GridView, StackView } from "./layout";
import { persistently } from "./persistently";
import { BadgeView, HeadingView, IconView, ImageView, MarkdownView, TextView } from "./texts";
import type { Group, View } from "./view";

const FIRST: Group = {
  Stack: StackView,
  Grid: GridView,
  Card: CardView,
  Divider: DividerView,
  Frame: FrameView,
  Heading: HeadingView,
  Text: TextView,
  Markdown: MarkdownView,
  Image: ImageView,
  Icon: IconView,
  Badge: BadgeView,
  Button: ButtonView,
  Link: LinkView,
  Metric: MetricView,
  Timeline: TimelineView,
};

interface Later {
  readonly names: readonly string[];
  readonly load: () => Promise<Group>;
}

const LATER: readonly Later[] = [
  {
    names: ["Form", "TextField", "TextArea", "NumberField", "DateField", "Select", "Checkbox", "Switch", "Table"],
    load: async () => (await import("./groups/records")).RECORDS,
  },
  { names: ["List", "DetailView"], load: async () => (await import("./groups/readings")).READINGS },
  { names: ["Tabs", "Dialog", "Menu"], load: async () => (await import("./groups/disclosures")).DISCLOSURES },
  { names: ["Chart"], load: async () => ({ Chart: (await import("./chart/ChartView")).ChartView }) },
  { names: ["FileField"], load: async () => ({ FileField: (await import("./file")).FileFieldView }) },
];

/** The names of all components that have a view here. */
export const VIEW_NAMES: readonly string[] = [...Object.keys(FIRST), ...LATER.flatMap(({ names }) => names)];

/** The views that are here, by name; null stands for one that could not be loaded so far. */
export type Views = ReadonlyMap<string, View | null>;

const known = new Store<Views>(new Map(Object.entries(FIRST)));
const loads = new Map<Later, Promise<void>>();

export const views: Readable<Views> = known;

/** Whether the view of a component is still being loaded, so that nothing is drawn in its place. */
export function isOnItsWay(name: string, here: Views): boolean {
  return !here.has(name) && groupOf(name) !== undefined;
}

/** Loads the views of these components; ends when each has been loaded or has failed once. */
export async function loadViews(names: Iterable<string>): Promise<void> {
  const groups = new Set([...names].map(groupOf));
  await Promise.all([...groups].map((group) => (group === undefined ? null : loaded(group))));
}

function groupOf(name: string): Later | undefined {
  return LATER.find(({ names }) => names.includes(name));
}

function loaded(group: Later): Promise<void> {
  const before = loads.get(group);
  if (before !== undefined) return before;
  const first = group.load().then(add, () => {
    add(Object.fromEntries(group.names.map((name) => [name, null])));
    void persistently(group.load).then(add);
  });
  loads.set(group, first);
  return first;
}

function add(group: Readonly<Record<string, View | null>>): void {
  known.update((before) => new Map([...before, ...Object.entries(group)]));
}
