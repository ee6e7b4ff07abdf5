import { Fragment, type ReactNode } from 'react';
import { textParts, type TextPart } from './text-marks.ts';

/** The text of a message with its links and marks, made of React nodes only. */
export function MessageText({ text }: { text: string }) {
  return <>{textParts(text).map(node)}</>;
}

function node(part: TextPart, index: number): ReactNode {
  switch (part.type) {
    case 'text':
      return <Fragment key={index}>{part.text}</Fragment>;
    case 'link':
      return (
        <a
          key={index}
          href={part.href}
          target="_blank"
          rel="noopener nofollow noreferrer"
          className="text-(--link) underline underline-offset-2"
        >
          {part.text}
        </a>
      );
    case 'code':
      return (
        <code key={index} className="rounded-xs bg-(--well) px-1 font-mono text-[.9em]">
          {part.text}
        </code>
      );
    case 'block':
      return (
        <code
          key={index}
          className="my-0.5 inline-block w-full rounded-sm align-top bg-(--well) px-2.5 py-1.5 font-mono text-[.9em]"
        >
          {part.text.replace(/^\n|\n$/g, '')}
        </code>
      );
    case 'bold':
      return (
        <strong key={index} className="font-bold">
          {part.parts.map(node)}
        </strong>
      );
    case 'italic':
      return <em key={index}>{part.parts.map(node)}</em>;
    case 'strike':
      return <s key={index}>{part.parts.map(node)}</s>;
  }
}
