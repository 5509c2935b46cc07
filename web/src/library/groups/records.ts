/** The views by which records are made and found: loaded with the first page that has one. */
import { CheckboxView, DateFieldView, NumberFieldView, SwitchView, TextAreaView, TextFieldView } from "../fields";
import { FormView } from "../form";
import { SelectView } from "../select";
import { TableView } from "../table/TableView";
import type { Group } from "../view";

export const RECORDS = {
  Form: FormView,
  TextField: TextFieldView,
  TextArea: TextAreaView,
  NumberField: NumberFieldView,
  DateField: DateFieldView,
  Select: SelectView,
  Checkbox: CheckboxView,
  Switch: SwitchView,
  Table: TableView,
} satisfies Group;
