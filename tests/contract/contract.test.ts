import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError, httpStatus, isAppError } from '#lib/contract/errors.ts';
import { commandEvents } from '#lib/contract/event-names.ts';
import * as inputs from '#lib/contract/inputs.ts';
import { openApiDocument } from '#lib/contract/openapi.ts';
import { operations, type Operation } from '#lib/contract/operations.ts';

const all = Object.entries(operations) as [string, Operation][];

describe('the table of operations', () => {
  it('has a route file for each REST form, and no route file beyond it', () => {
    const root = new URL('../../app/api/v1', import.meta.url).pathname;
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => path.basename(file) === 'route.ts')
      .map((file) => `/${path.dirname(file).replace(/\[(\w+)\]/g, '{$1}')}`);
    const paths = new Set(all.flatMap(([, { rest }]) => (rest ? [rest.path] : [])));
    const own = ['/[[...path]]', '/health', '/openapi.json', '/pictures/{pictureId}', '/ready'];
    expect(files.sort()).toEqual([...paths, ...own].sort());
  });

  it('gives every operation at least one wire', () => {
    for (const [name, { rest }] of all)
      expect(rest !== undefined || name in commandEvents).toBe(true);
  });

  it('refuses unknown fields everywhere', () => {
    for (const [, { input }] of all) {
      const { error } = input.safeParse({ 'no such field': 1 });
      expect(JSON.stringify(error?.issues)).toMatch(/unrecognized_keys|invalid_union/);
    }
  });

  it('is described whole by the OpenAPI document', () => {
    const { paths } = openApiDocument('http://localhost', 'session') as {
      paths: Record<string, object>;
    };
    for (const [name, { rest }] of all) {
      if (rest)
        expect(paths[rest.path]).toHaveProperty(`${rest.method.toLowerCase()}.operationId`, name);
    }
  });
});

describe('inputs', () => {
  it('take usernames in any case and keep them small', () => {
    expect(inputs.Username.parse(' Ana.Maria_1 ')).toBe('ana.maria_1');
    for (const wrong of ['ab', 'a'.repeat(33), 'ana maría', 'ana-maria', '']) {
      expect(inputs.Username.safeParse(wrong).success).toBe(false);
    }
  });

  it('measure texts in bytes, and keep them as they are', () => {
    expect(inputs.Text.parse('  indented\n')).toBe('  indented\n');
    expect(inputs.Text.safeParse('€'.repeat(21_845)).success).toBe(true);
    expect(inputs.Text.safeParse('€'.repeat(21_846)).success).toBe(false);
    expect(inputs.Text.safeParse(' \u00a0\n').success).toBe(false);
  });
});

describe('errors', () => {
  it('are known by name, whichever copy of the class made them', () => {
    expect(isAppError(new AppError('not_found'))).toBe(true);
    expect(isAppError(Object.assign(new Error('x'), { name: 'AppError' }))).toBe(true);
    expect(isAppError({ name: 'AppError' })).toBe(false);
  });

  it('have the statuses that the contract promises', () => {
    expect(httpStatus).toMatchObject({ invalid_input: 400, username_taken: 409, unavailable: 503 });
  });
});
