import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  randomBytes,
  randomUUID,
  verify,
} from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PushPayload } from '#lib/contract/push.ts';
import { patienceMs } from '../support/people.ts';

/** One request that the push service took, for a subscription that it knows. */
export interface Push {
  headers: IncomingHttpHeaders;
  payload: PushPayload;
  /** Bytes of the payload in the clear. */
  bytes: number;
}

/** How a push service answers instead of taking it; null: not at all. */
export type Refusal = { status: number; headers?: Record<string, string> } | null;

/** A push service as browsers have one: it checks who sends, and here it decrypts, too. */
export class PushService {
  readonly subscriptions = new Map<string, BrowserSubscription>();
  /** What was asked of it that no push service would be asked. */
  readonly strange: string[] = [];
  /** Every request, those that were refused among them. */
  requests = 0;
  url = '';
  private server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.requests++;
      const subscription = this.subscriptions.get(request.url ?? '');
      if (request.method !== 'POST' || !subscription) {
        this.strange.push(`${request.method} ${request.url}`);
        response.writeHead(404).end();
      } else subscription.take(request.headers, Buffer.concat(chunks), response);
    });
  });

  static async start(): Promise<PushService> {
    const service = new PushService();
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    service.url = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`;
    return service;
  }

  /** What a browser gets that subscribes with this key. */
  subscribe(publicKey: string): BrowserSubscription {
    const subscription = new BrowserSubscription(this, publicKey);
    this.subscriptions.set(new URL(subscription.endpoint).pathname, subscription);
    return subscription;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A browser's `PushSubscription`, and what arrives there. */
export class BrowserSubscription {
  readonly endpoint: string;
  readonly pushes: Push[] = [];
  /** Answers to the next requests, before any is taken. */
  refusals: Refusal[] = [];
  private readonly ecdh = createECDH('prime256v1');
  private readonly auth = randomBytes(16);
  private waiting: (() => void)[] = [];

  constructor(
    private readonly service: PushService,
    private readonly publicKey: string,
  ) {
    this.endpoint = `${service.url}/push/${randomUUID()}`;
    this.ecdh.generateKeys();
  }

  /** What the page sends to Gatherly. */
  get json() {
    const keys = {
      p256dh: this.ecdh.getPublicKey('base64url'),
      auth: this.auth.toString('base64url'),
    };
    return { endpoint: this.endpoint, keys };
  }

  /** What was said in the messages that arrived. */
  get texts(): (string | null)[] {
    return this.pushes.flatMap(({ payload }) =>
      payload.kind === 'message' ? [payload.message.text] : [],
    );
  }

  take(headers: IncomingHttpHeaders, body: Buffer, response: ServerResponse): void {
    const [refusal] = this.refusals.splice(0, 1);
    if (refusal) response.writeHead(refusal.status, refusal.headers).end('no');
    if (refusal !== undefined) {
      for (const wake of this.waiting.splice(0)) wake();
      return;
    }
    try {
      requireVapid(String(headers.authorization), this.service.url, this.publicKey);
      const clear = this.decrypt(body);
      const payload = PushPayload.parse(JSON.parse(clear.toString()));
      this.pushes.push({ headers, payload, bytes: clear.length });
      response.writeHead(201, { location: `${this.endpoint}/message` }).end();
    } catch (error) {
      this.service.strange.push((error as Error).message);
      response.writeHead(400).end();
    }
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** Resolves with the first such push, arrived already or still to come. */
  async heard<K extends PushPayload['kind']>(
    kind: K,
    matches: (payload: Extract<PushPayload, { kind: K }>) => boolean = () => true,
    withinMs = patienceMs,
  ): Promise<Extract<PushPayload, { kind: K }>> {
    type Wanted = Extract<PushPayload, { kind: K }>;
    return this.until(() => {
      const found = this.pushes.find(
        ({ payload }) => payload.kind === kind && matches(payload as Wanted),
      );
      return found?.payload as Wanted | undefined;
    }, withinMs);
  }

  /** Resolves when a message with this text has arrived; fails after so long. */
  async told(text: string, withinMs = patienceMs): Promise<void> {
    await this.heard('message', ({ message }) => message.text === text, withinMs);
  }

  /** Resolves when all refusals have been given. */
  async refused(): Promise<void> {
    await this.until(() => (this.refusals.length === 0 ? true : undefined));
  }

  private async until<T>(look: () => T | undefined, withinMs = patienceMs): Promise<T> {
    const deadline = AbortSignal.timeout(withinMs);
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        this.waiting.push(resolve);
        const fail = () =>
          reject(new Error(`only heard ${JSON.stringify(this.pushes.map((p) => p.payload))}`));
        deadline.addEventListener('abort', fail, { once: true });
      });
    }
  }

  /** RFC 8291 with the content encoding of RFC 8188, in one record. */
  private decrypt(body: Buffer): Buffer {
    const salt = body.subarray(0, 16);
    const idLength = body.readUInt8(20);
    const sender = body.subarray(21, 21 + idLength);
    const sealed = body.subarray(21 + idLength);
    if (body.readUInt32BE(16) < sealed.length) throw new Error('more than one record');
    if (body.length > 4096) throw new Error('more than a push service has to take');
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.ecdh.getPublicKey(), sender]);
    const shared = this.ecdh.computeSecret(sender);
    const key = Buffer.from(hkdfSync('sha256', shared, this.auth, info, 32));
    const derive = (name: string, length: number) =>
      Buffer.from(hkdfSync('sha256', key, salt, `Content-Encoding: ${name}\0`, length));
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    const end = padded.lastIndexOf(2);
    if (end < 0) throw new Error('not the last record');
    return padded.subarray(0, end);
  }
}

/** @throws unless this is signed by the key that the browser subscribed with (RFC 8292). */
function requireVapid(authorization: string, audience: string, publicKey: string): void {
  const [, token = '', key] = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
  if (key !== publicKey) throw new Error('the key is another one');
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) throw new Error('the signature is none');
  const read = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  if (read(head).alg !== 'ES256') throw new Error('the algorithm is another one');
  const { aud, exp, sub } = read(claims);
  if (aud !== audience) throw new Error(`the audience is ${String(aud)}`);
  const left = Number(exp) - Date.now() / 1000;
  if (!(left > 0 && left <= 24 * 3600)) throw new Error(`it expires in ${left} s`);
  if (!/^(mailto:|https:)/.test(String(sub))) throw new Error('there is nobody to contact');
}
