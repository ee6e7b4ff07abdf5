import NextAuth from 'next-auth';
import { authOptions, unwrapped } from '#lib/auth/options.ts';
import type { Visitor } from '#lib/use-cases/define.ts';

type Handler = (request: object, response: object, options: object) => Promise<unknown>;

export interface Answer {
  status: number;
  location: string | undefined;
  body: unknown;
  /** What was told to `onFailure`. */
  failures: unknown[];
}

export const origin = 'http://localhost:5000';

/** A browser with a cookie jar that talks to next-auth itself, without Next and without a network. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** As the last answer set them, with their attributes. */
  setCookies: string[] = [];

  constructor(private readonly visitor: Visitor) {}

  get = (path: string) => this.send('GET', path);

  /** Posts a form, with the CSRF token that every form needs. */
  async post(path: string, form: Record<string, unknown> = {}): Promise<Answer> {
    const { csrfToken } = (await this.get('csrf')).body as { csrfToken: string };
    return this.send('POST', path, { csrfToken, ...form });
  }

  async send(method: string, path: string, body?: object): Promise<Answer> {
    const url = new URL(path, `${origin}/api/auth/`);
    const headers: Record<string, string> = { host: 'localhost:5000', 'x-forwarded-proto': 'http' };
    const failures: unknown[] = [];
    const answer: Answer = { status: 200, location: undefined, body: undefined, failures };
    const options = authOptions(this.visitor, (error) => failures.push(error));
    await (unwrapped(NextAuth) as Handler)(
      {
        method,
        headers,
        body,
        cookies: Object.fromEntries(this.cookies),
        query: {
          ...Object.fromEntries(url.searchParams),
          nextauth: url.pathname.split('/').slice(3),
        },
      },
      this.#responseInto(answer),
      options,
    );
    return answer;
  }

  #responseInto(answer: Answer) {
    const headers = new Map<string, unknown>();
    const finish = (body?: unknown) => {
      answer.body = body;
      answer.location = headers.get('location') as string | undefined;
      this.setCookies = (headers.get('set-cookie') ?? []) as string[];
      for (const line of this.setCookies) this.#keep(line);
    };
    const response = {
      status: (status: number) => Object.assign(response, { code: (answer.status = status) }),
      getHeader: (name: string) => headers.get(name.toLowerCase()),
      setHeader: (name: string, value: unknown) => {
        headers.set(name.toLowerCase(), value);
        return response;
      },
      json: finish,
      send: finish,
      end: finish,
    };
    return response;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const cut = pair.indexOf('=');
    const name = pair.slice(0, cut);
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, decodeURIComponent(pair.slice(cut + 1)));
  }
}
