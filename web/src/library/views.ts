/** The views of the first library, by the id of their definition. */
import { ButtonView, LinkView, MenuView } from "./actions";
import { DetailView, ListView, TableView } from "./data";
import { CheckboxView, DateFieldView, FileFieldView, NumberFieldView, SelectView, SwitchView, TextAreaView, TextFieldView } from "./fields";
import { ChartView, MetricView, TimelineView } from "./figures";
import { FormView } from "./form";
import { CardView, DividerView, FrameView, GridView, StackView } from "./layout";
import { DialogView } from "./overlays";
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
