import { bytesOf, classOf, entriesOf, isObject, textParts, type Doc } from './values.ts';

/** A value in the notation of MongoDB's error messages. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(show).join(', ')} ]`;
  if (isObject(value)) return showObject(value);
  return showClass(value);
}

function showObject(object: Doc): string {
  const fields = entriesOf(object).map(([name, value]) => `${name}: ${show(value)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function showClass(value: unknown): string {
  switch (classOf(value) ?? '') {
    case 'ObjectId':
      return `ObjectId('${String(value)}')`;
    case 'Double': {
      const double = (value as { value: number }).value;
      return Number.isInteger(double) ? double.toFixed(1) : String(double);
    }
    case 'Decimal128':
      return `Decimal('${String(value)}')`;
    case 'Binary': {
      const { sub_type: subtype } = value as { sub_type: number };
      const hex = bytesOf(value).toString('hex').toUpperCase();
      return subtype === 4 ? uuidText(hex) : `BinData(${subtype}, ${hex})`;
    }
    case 'BSONRegExp': {
      const [pattern, options] = textParts(value);
      return `/${pattern}/${options}`;
    }
    case 'Timestamp': {
      const { t, i } = value as { t: number; i: number };
      return `Timestamp(${t}, ${i})`;
    }
    case 'MinKey':
    case 'MaxKey':
      return classOf(value)!;
    default:
      return String(value);
  }
}

const uuidText = (hex: string): string =>
  `UUID("${hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}")`;
