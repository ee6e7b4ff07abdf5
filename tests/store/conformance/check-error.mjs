import {
  MongoBulkWriteError,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerError,
} from 'mongodb';
import { match } from './matching.mjs';
import { bulkResult, clientBulkResult } from './operations.mjs';
import { fail, show, toNumber, toTyped } from './values.mjs';

const refusals = new Set([238, 263]);

/** The code and text by which the store refused what it does not have, if that is the error. */
export function refusalOf(error) {
  const inner = error?.writeErrors;
  const list = inner instanceof Map ? [...inner.values()] : [inner ?? []].flat();
  const all = [error, error?.cause, ...list];
  const found = all.find((one) => refusals.has(one?.code));
  return found && `refused: ${found.code}, ${found.errmsg ?? found.message}`;
}

/** Compares an error with the expectError of an operation. */
export function checkError({ name, expectError: expected }, error, entities) {
  const where = `${name} error (${error.message})`;
  const no = (why) => fail(`${where}: ${why}`);
  if (error.message?.includes('did not answer in')) no('timed out');
  checkKind(expected, error, no);
  checkCode(expected, error, no);
  checkLabels(expected, error, no);
  const options = (what) => ({ entities, root: true, path: `${where} ${what}` });
  if (expected.errorResponse) {
    const response = error.errorResponse ?? error.cause?.errorResponse ?? {};
    match(expected.errorResponse, toTyped(response), options('response'));
  }
  for (const [index, wanted] of Object.entries(expected.writeErrors ?? {})) {
    const found = writeErrorAt(error.writeErrors, Number(index));
    if (!found) no(`no write error ${index}`);
    const shown = toTyped({ code: found.code, message: found.errmsg ?? found.message });
    match(wanted, shown, options(`writeErrors.${index}`));
  }
  if (expected.expectResult) {
    const result =
      error instanceof MongoBulkWriteError
        ? bulkResult(error.result ?? error)
        : clientBulkResult(error.partialResult ?? error.result);
    match(expected.expectResult, toTyped(result ?? null), options('result'));
  }
}

const writeErrorAt = (errors, index) =>
  errors instanceof Map
    ? errors.get(index)
    : [errors ?? []].flat().find((error) => error.index === index);

function checkKind({ isClientError, isTimeoutError }, error, no) {
  const isServer = error instanceof MongoServerError || error?.cause instanceof MongoServerError;
  const isClient = !isServer || error instanceof MongoNetworkError;
  if (isClientError !== undefined && isClient !== isClientError) no(`isClientError is ${isClient}`);
  const isTimeout = error instanceof MongoOperationTimeoutError;
  if (isTimeoutError !== undefined && isTimeout !== isTimeoutError) no('isTimeoutError');
}

function checkLabels({ errorLabelsContain = [], errorLabelsOmit = [] }, error, no) {
  const has = (label) => error.hasErrorLabel?.(label) === true;
  const missing = errorLabelsContain.find((label) => !has(label));
  if (missing) no(`lacks label ${missing}`);
  const wrong = errorLabelsOmit.find(has);
  if (wrong) no(`has label ${wrong}`);
}

function checkCode({ errorContains, errorCode, errorCodeName }, error, no) {
  const text = error.message.toLowerCase();
  if (errorContains !== undefined && !text.includes(errorContains.toLowerCase())) {
    no(`message lacks "${errorContains}"`);
  }
  const code = error.code ?? error.cause?.code;
  if (errorCode !== undefined && code !== toNumber(errorCode)) {
    no(`code ${code}, expected ${show(errorCode)}`);
  }
  const codeName = error.codeName ?? error.errorResponse?.codeName;
  if (errorCodeName !== undefined && codeName !== errorCodeName) {
    no(`codeName ${codeName}, expected ${errorCodeName}`);
  }
}
