/**
 * Markdown as React elements: `marked` only splits the text into tokens, nothing becomes HTML.
 *
 * Raw HTML in the source is shown as the text that it is, and links go only to safe addresses.
 */
import { marked, type Token, type Tokens } from "marked";
import { createElement, Fragment, type ReactNode } from "react";

import { safeUrl } from "./read";

const DEPTH_MAX = 24;

export function Markdown({ source }: { readonly source: string }) {
  if (source.trim() === "") return <p className="app-text" data-tone="muted">Nothing written yet</p>;
  return <>{blocks(marked.lexer(source), 0)}</>;
}

function blocks(tokens: readonly Token[] | undefined, depth: number): ReactNode {
  if (tokens === undefined) return null;
  // Deep nesting is either a mistake or an attack on the stack; its text is shown as it stands.
  if (depth > DEPTH_MAX) return tokens.map((token) => token.raw).join("");
  return tokens.map((token, index) => <Fragment key={index}>{element(token, depth + 1)}</Fragment>);
}

function element(token: Token, depth: number): ReactNode {
  const inner = (): ReactNode => ("tokens" in token && token.tokens ? blocks(token.tokens, depth) : plain(token));
  switch (token.type) {
    case "heading":
      // A page has one title of its own, so the headings of a text begin below it.
      return createElement(`h${Math.min((token as Tokens.Heading).depth + 1, 6)}`, null, inner());
    case "paragraph":
      return <p>{inner()}</p>;
    case "strong":
      return <strong>{inner()}</strong>;
    case "em":
      return <em>{inner()}</em>;
    case "del":
      return <del>{inner()}</del>;
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "code":
      return <pre><code>{(token as Tokens.Code).text}</code></pre>;
    case "blockquote":
      return <blockquote>{inner()}</blockquote>;
    case "br":
      return <br />;
    case "hr":
      return <hr />;
    case "list":
      return list(token as Tokens.List, depth);
    case "link":
      return link(token as Tokens.Link, inner());
    case "image":
      return <span className="app-markdown-image">{(token as Tokens.Image).text || "image"}</span>;
    case "table":
      return table(token as Tokens.Table, depth);
    case "space":
    case "def":
      return null;
    default:
      return inner();
  }
}

function plain(token: Token): string {
  return "text" in token && typeof token.text === "string" && token.type !== "html" ? token.text : token.raw;
}

function list(token: Tokens.List, depth: number): ReactNode {
  const items = token.items.map((item, index) => (
    <li key={index}>
      {item.task && <input type="checkbox" checked={item.checked === true} readOnly disabled aria-label={item.text} />}
      {blocks(item.tokens, depth)}
    </li>
  ));
  return token.ordered ? <ol start={token.start === "" ? 1 : token.start}>{items}</ol> : <ul>{items}</ul>;
}

function link(token: Tokens.Link, children: ReactNode): ReactNode {
  const url = safeUrl(token.href);
  if (url === null) return <>{children}</>;
  return <a href={url} rel="noopener noreferrer nofollow" target="_blank">{children}</a>;
}

function table(token: Tokens.Table, depth: number): ReactNode {
  return (
    <table>
      <thead>
        <tr>
          {token.header.map((cell, index) => (
            <th key={index} scope="col">{blocks(cell.tokens, depth)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {token.rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column}>{blocks(cell.tokens, depth)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
