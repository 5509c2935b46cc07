/** A property that takes one of several forms: the form is chosen, then filled in. */
import { SegmentedControl } from "@mantine/core";

import { editorHint, propertyTitle } from "../../../model/schema";
import { useWriter } from "../field";
import { type EditorProps, LiteralEditor } from "../LiteralEditor";
import { editorOf, isGroup } from "../logic/editors";
import { formOf, formsOf } from "../logic/forms";

export function FormsEditor(props: EditorProps) {
  const { id, name, path, value, schema, hint } = props;
  const writer = useWriter();
  const forms = formsOf(schema, hint);
  const index = formOf(forms, value);
  const form = forms[index];
  const title = propertyTitle(name, schema);
  const inner = form === undefined ? null : { ...form.schema, title: form.schema.title ?? title };
  return (
    <>
      <SegmentedControl
        size="xs"
        fullWidth
        transitionDuration={100}
        aria-label={`Form of ${title}`}
        value={index < 0 ? "none" : String(index)}
        data={[{ value: "none", label: "None" }, ...forms.map(({ title: label }, at) => ({ value: String(at), label }))]}
        onChange={(next) => {
          writer.begin();
          writer.set(path, next === "none" ? undefined : forms[Number(next)]?.start);
        }}
      />
      {inner !== null && <Form {...props} id={`${id}-form`} schema={inner} hint={editorHint(inner)} />}
    </>
  );
}

/** The value in its form; a control gets the property's name, a group has names of its own. */
function Form(props: EditorProps) {
  const { id, name, schema } = props;
  const editor = editorOf(name, schema);
  return (
    <>
      {!isGroup(editor) && <label className="dr-hidden" htmlFor={id}>{propertyTitle(name, schema)}</label>}
      <LiteralEditor {...props} editor={editor} />
    </>
  );
}
