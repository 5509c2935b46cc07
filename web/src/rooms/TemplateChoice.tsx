/** What a new room begins with: nothing, or one of the templates, each with its picture. */
import { Skeleton, useComputedColorScheme } from "@mantine/core";
import { useId } from "react";

import { type Template, templateThumbnailUrl } from "../shared/api";
import { contents } from "./templates";

interface TemplateChoiceProps {
  /** Null while they are on their way. */
  readonly templates: readonly Template[] | null;
  readonly value: string | null;
  readonly onChange: (template: Template | null) => void;
}

export function TemplateChoice({ templates, value, onChange }: TemplateChoiceProps) {
  const scheme = useComputedColorScheme("light");
  const name = useId();
  return (
    <fieldset className="dr-templates">
      <legend>Begin with</legend>
      <label className="dr-template">
        <input type="radio" name={name} checked={value === null} onChange={() => onChange(null)} />
        <span className="dr-template-picture" aria-hidden />
        <span className="dr-template-title">An empty room</span>
        <span className="dr-muted">Pages, data models and workflows are yours to make.</span>
      </label>
      {templates === null && <Skeleton height={184} radius="sm" />}
      {templates?.map((template) => (
        <label key={template.id} className="dr-template">
          <input type="radio" name={name} checked={value === template.id} onChange={() => onChange(template)} />
          <img className="dr-template-picture" src={templateThumbnailUrl(template.id, scheme)} alt="" width={320} height={200} />
          <span className="dr-template-title">{template.title}</span>
          <span className="dr-muted">{template.description}</span>
          <span className="dr-muted">{contents(template)}</span>
        </label>
      ))}
    </fieldset>
  );
}
