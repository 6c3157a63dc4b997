/** Draws the tree of `domain/markdown` with elements. Code is text; links leave without a referrer; images never load. */

import { Fragment, type JSX, useMemo } from "react";
import { type Block, type Inline, parseMarkdown } from "@/domain/markdown";

export function MarkdownText({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div className="flex max-w-[88ch] flex-col gap-2" dir="auto">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { block: Block }): JSX.Element {
  switch (block.type) {
    case "heading":
      return (
        <div className={block.level <= 2 ? "text-[15px] font-semibold" : "font-semibold"}>
          <Inlines parts={block.children} />
        </div>
      );
    case "paragraph":
      return (
        <p className="whitespace-pre-wrap">
          <Inlines parts={block.children} />
        </p>
      );
    case "quote":
      return (
        <blockquote className="border-l-2 border-line-strong pl-3 whitespace-pre-wrap text-fg-2">
          <Inlines parts={block.children} />
        </blockquote>
      );
    case "code":
      return <pre className="mono overflow-x-auto rounded-ctl border border-line bg-code p-2">{block.text}</pre>;
    case "rule":
      return <hr className="border-line" />;
    case "list": {
      const Tag = block.ordered ? "ol" : "ul";
      return (
        <Tag className={block.ordered ? "list-decimal pl-5" : "list-disc pl-5"}>
          {block.items.map((item, index) => (
            <li key={index}>
              <Inlines parts={item} />
            </li>
          ))}
        </Tag>
      );
    }
  }
}

function Inlines({ parts }: { parts: Inline[] }) {
  return parts.map((part, index) => <Fragment key={index}>{inline(part)}</Fragment>);
}

function inline(part: Inline): JSX.Element | string {
  switch (part.type) {
    case "text":
      return part.text;
    case "code":
      return <code className="mono rounded-bar bg-inset px-1">{part.text}</code>;
    case "strong":
      return (
        <strong>
          <Inlines parts={part.children} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Inlines parts={part.children} />
        </em>
      );
    case "link":
      return (
        <a
          className="link underline"
          href={part.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
          title={part.href}
        >
          <Inlines parts={part.children} />
        </a>
      );
  }
}
