import * as z from 'zod';

/** A schema of the contract in the words of TypeScript, folded until somebody wants to see it. */
export function SchemaView({ label, schema }: { label: string; schema: z.ZodType }) {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  return (
    <details className="mt-2">
      <summary className="cursor-pointer text-accent-text">{label}</summary>
      <pre className="mt-1 overflow-x-auto rounded-sm bg-sunken p-3 font-mono text-sm">
        {typeText(shape)}
      </pre>
    </details>
  );
}

type Shape = z.core.JSONSchema.BaseSchema;

function typeText(shape: Shape, indent = ''): string {
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices) return choices.map((choice) => typeText(choice, indent)).join(' | ');
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum) return shape.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (shape.type === 'array') return `${typeText(shape.items as Shape, indent)}[]`;
  if (shape.type === 'object' && shape.properties) return objectText(shape, indent);
  if (shape.type === 'object') return '{ [key]: string }';
  return `${String(shape.type ?? 'unknown')}${bounds(shape)}`;
}

function objectText({ properties = {}, required = [] }: Shape, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, shape]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${inner}${name}${mark}: ${typeText(shape as Shape, inner)}`;
  });
  return lines.length > 0 ? `{\n${lines.join('\n')}\n${indent}}` : '{}';
}

function bounds({ minLength, maxLength, minimum, maximum, format }: Shape): string {
  const low = minLength ?? minimum;
  const high = maxLength ?? (maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum);
  const range = low !== undefined || high !== undefined ? `${low ?? ''}–${high ?? ''}` : '';
  const said = [format, range].filter(Boolean).join(', ');
  return said ? ` (${said})` : '';
}
