import type { Scope } from './expression.ts';
import { visitPath } from './paths.ts';
import { parseFilter, type ElemMatchQuery, type FieldQuery, type Query } from './query.ts';
import { isObject, type Doc } from './values.ts';

export type Predicate = (doc: unknown) => boolean;

/** Parses a filter and returns the predicate for it. */
export const matcher = (filter: Doc, scope?: Scope): Predicate =>
  compile(parseFilter(filter, scope));

/** Turns a parsed filter into a predicate on decoded documents. */
export function compile(query: Query): Predicate {
  switch (query.kind) {
    case 'and': {
      const all = query.queries.map(compile);
      return (doc) => all.every((matches) => matches(doc));
    }
    case 'or': {
      const any = query.queries.map(compile);
      return (doc) => any.some((matches) => matches(doc));
    }
    case 'nor': {
      const none = query.queries.map(compile);
      return (doc) => !none.some((matches) => matches(doc));
    }
    case 'not': {
      const matches = compile(query.query);
      return (doc) => !matches(doc);
    }
    case 'expr':
      return query.test;
    case 'field':
      return compileField(query);
    case 'elemMatch': {
      const matches = compileElement(query);
      return (doc) =>
        visitPath(doc, query.path, (value) => Array.isArray(value) && value.some(matches));
    }
  }
}

function compileField({ path, test, whole }: FieldQuery): Predicate {
  const visit = whole
    ? test
    : (value: unknown) => test(value) || (Array.isArray(value) && value.some(test));
  return (doc) => visitPath(doc, path, visit);
}

/** The condition of an $elemMatch on one element. */
export function compileElement(query: ElemMatchQuery): Predicate {
  if (query.values) {
    const all = query.values.map(compileValue);
    return (element) => all.every((matches) => matches(element));
  }
  const matches = compile(query.fields!);
  return (element) => {
    // An array in the array is looked at as a document whose fields are its positions.
    if (Array.isArray(element)) return matches(Object.fromEntries(Object.entries(element)));
    return isObject(element) && matches(element);
  };
}

/** A condition on the element itself, which is not opened further if it is an array too. */
function compileValue(query: Query): Predicate {
  switch (query.kind) {
    case 'field':
    case 'expr':
      return query.test;
    case 'not': {
      const matches = compileValue(query.query);
      return (element) => !matches(element);
    }
    case 'elemMatch': {
      const matches = compileElement(query);
      return (element) => Array.isArray(element) && element.some(matches);
    }
    case 'and':
    case 'or':
    case 'nor': {
      // Only $not makes a list here: the conditions in it all hold, or it does not.
      const all = query.queries.map(compileValue);
      return (element) => all.every((matches) => matches(element));
    }
  }
}
