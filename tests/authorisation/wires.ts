import { commandEvents, type CommandName } from '#lib/contract/event-names.ts';
import { operations, type Operation, type OperationName } from '#lib/contract/operations.ts';
import { Device, request, type Person } from '../support/people.ts';

/** What somebody was answered, in a form that can be compared. */
export interface Heard {
  /** `ok`, or the code of the refusal. */
  code: string;
  answer: unknown;
}

/** Asks over REST; `people` without anybody is anonymous. */
export async function overRest(
  url: string,
  person: Person | undefined,
  operation: OperationName,
  input: Record<string, unknown>,
  { headers = {}, placeOf = {} }: { headers?: Record<string, string>; placeOf?: Place } = {},
): Promise<Heard> {
  const { method, path, body } = requestFor(operation, { ...placeOf, ...input }, input);
  const { status, body: answer } = await request(url, method, path, {
    ...(person && { token: person.token }),
    ...(body && { body }),
    headers,
  });
  return { code: status < 300 ? 'ok' : (answer.code as string), answer };
}

/** Fields that REST has in its path and that an input may leave out. */
type Place = Record<string, string>;

function requestFor(
  operation: OperationName,
  path: Record<string, unknown>,
  input: Record<string, unknown>,
) {
  const { rest }: Partial<Operation> = operations[operation];
  if (!rest) throw new Error(`${operation} has no REST form`);
  const left = { ...input };
  const filled = rest.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    delete left[name];
    return String(path[name]);
  });
  if (rest.upload) return { method: rest.method, path: filled, body: left[rest.upload] as Blob };
  if (rest.method === 'POST' || rest.method === 'PATCH') {
    return { method: rest.method, path: filled, body: left };
  }
  const query = new URLSearchParams(left as Record<string, string>).toString();
  return { method: rest.method, path: query ? `${filled}?${query}` : filled };
}

/** Asks over a socket; without one, of somebody anonymous, whose handshake is refused. */
export async function overSocket(
  url: string,
  device: Device | undefined,
  operation: CommandName,
  input: unknown,
): Promise<Heard> {
  if (device) {
    const reply = await device.ask(commandEvents[operation], input);
    return { code: reply.ok ? 'ok' : reply.error.code, answer: reply };
  }
  const anonymous = new Device(url);
  void anonymous.socket.emit(commandEvents[operation], input);
  const refusal = (await anonymous.hear('connect_error')) as { data: { code: string } };
  anonymous.close();
  return { code: refusal.data.code, answer: refusal.data };
}

export const hasRest = (operation: OperationName): boolean =>
  'rest' in operations[operation] && operations[operation].rest !== undefined;

export const isCommand = (operation: OperationName): operation is CommandName =>
  operation in commandEvents;
