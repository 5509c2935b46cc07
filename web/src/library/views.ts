/** The views of the first library, by the id of their definition. */
import { ButtonView, LinkView } from "./actions";
import { ChartView } from "./chart/ChartView";
import { DetailView } from "./detail";
import { CheckboxView, DateFieldView, NumberFieldView, SwitchView, TextAreaView, TextFieldView } from "./fields";
import { MetricView, TimelineView } from "./figures";
import { FileFieldView } from "./file";
import { FormView } from "./form";
import { CardView, DividerView, FrameView, GridView, StackView } from "./layout";
import { ListView } from "./list";
import { MenuView } from "./menu";
import { DialogView } from "./overlays";
import { SelectView } from "./select";
import { TableView } from "./table/TableView";
import { TabsView } from "./tabs";
import { BadgeView, HeadingView, IconView, ImageView, MarkdownView, TextView } from "./texts";
import type { View } from "./view";

const VIEWS: ReadonlyMap<string, View> = new Map<string, View>([
  ["Stack", StackView],
  ["Grid", GridView],
  ["Card", CardView],
  ["Tabs", TabsView],
  ["Dialog", DialogView],
  ["Divider", DividerView],
  ["Frame", FrameView],
  ["Heading", HeadingView],
  ["Text", TextView],
  ["Markdown", MarkdownView],
  ["Image", ImageView],
  ["Icon", IconView],
  ["Badge", BadgeView],
  ["Button", ButtonView],
  ["Link", LinkView],
  ["Menu", MenuView],
  ["Form", FormView],
  ["TextField", TextFieldView],
  ["TextArea", TextAreaView],
  ["NumberField", NumberFieldView],
  ["DateField", DateFieldView],
  ["Select", SelectView],
  ["Checkbox", CheckboxView],
  ["Switch", SwitchView],
  ["FileField", FileFieldView],
  ["Table", TableView],
  ["List", ListView],
  ["DetailView", DetailView],
  ["Chart", ChartView],
  ["Metric", MetricView],
  ["Timeline", TimelineView],
]);

export function viewOf(name: string): View | undefined {
  return VIEWS.get(name);
}

/** The names of all components that have a view here. */
export const VIEW_NAMES: readonly string[] = [...VIEWS.keys()];
