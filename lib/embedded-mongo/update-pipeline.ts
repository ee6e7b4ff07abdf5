import { StoreError } from './errors.ts';
import type { Scope } from './expression.ts';
import type { Query } from './query.ts';
import { isTransform, onlyField, parseTransform } from './transforms.ts';
import { equal, type Doc } from './values.ts';

/** A checked update, ready for any number of documents. */
export interface Update {
  isReplacement: boolean;
  /** The document after the update; the one given may be changed. */
  apply(doc: Doc, context: { isInsert: boolean; query?: Query }): Doc;
}

export function keepId(before: unknown, after: unknown): void {
  if (before !== undefined && (after === undefined || !equal(before, after))) {
    throw new StoreError(66, "An update of '_id' would modify the immutable field '_id'");
  }
}

/** Parses an update by aggregation stages. */
export function parsePipelineUpdate(
  stages: unknown[],
  arrayFilters: unknown,
  scope: Scope,
): Update {
  if (arrayFilters !== undefined) {
    throw new StoreError(9, 'arrayFilters may not be specified for pipeline-style updates');
  }
  const transforms = stages.map((stage) => {
    const [name, spec] = onlyField(stage);
    if (isTransform(name)) return parseTransform(name, spec, scope);
    throw new StoreError(72, `${name} is not allowed to be used within an update`);
  });
  return {
    isReplacement: false,
    apply: (doc) => {
      const { _id = doc._id, ...rest } = transforms.reduce((now, change) => change(now), doc);
      keepId(doc._id, _id);
      return _id === undefined ? rest : { _id, ...rest };
    },
  };
}
