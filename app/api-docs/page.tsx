import type { Metadata } from 'next';
import { httpStatus } from '#lib/contract/errors.ts';
import { commandEvents, type CommandName } from '#lib/contract/event-names.ts';
import { serverEvents } from '#lib/contract/events.ts';
import { operations, type Operation } from '#lib/contract/operations.ts';
import { SchemaView } from './schema-view.tsx';

export const metadata: Metadata = { title: 'API · Gatherly' };

const all = Object.entries(operations) as [keyof typeof operations, Operation][];

export default function ApiDocsPage() {
  return (
    <main className="mx-auto h-full max-w-[880px] overflow-y-auto px-6 py-10 text-text">
      <h1 className="text-2xl font-bold">Gatherly’s API</h1>
      <p className="mt-2 text-text-2">
        REST under <code>/api/v1</code> and Socket.io on its default path. The machine-readable form
        is{' '}
        <a className="underline" href="/api/v1/openapi.json">
          /api/v1/openapi.json
        </a>
        .
      </p>
      <Introduction />
      <Section title="REST">
        {all.map(([name, operation]) => operation.rest && <RestEntry key={name} {...operation} />)}
      </Section>
      <Section title="Socket.io, client to server">
        <p className="text-text-2">
          Each takes an ack, which is called with <code>{'{ ok: true, data }'}</code> or{' '}
          <code>{'{ ok: false, error: { code, message, issues? } }'}</code>.
        </p>
        {(Object.keys(commandEvents) as CommandName[]).map((name) => (
          <Entry key={name} heading={commandEvents[name]} summary={operations[name].summary}>
            <SchemaView label="Input" schema={operations[name].input} />
            <SchemaView label="Data" schema={operations[name].output} />
          </Entry>
        ))}
      </Section>
      <Section title="Socket.io, server to client">
        {Object.entries(serverEvents).map(([event, { summary, data }]) => (
          <Entry key={event} heading={event} summary={summary}>
            <SchemaView label="Data" schema={data} />
          </Entry>
        ))}
      </Section>
      <Section title="Codes of refusal">
        <table className="text-start">
          <tbody>
            {Object.entries(httpStatus).map(([code, status]) => (
              <tr key={code}>
                <td className="pe-6">
                  <code>{code}</code>
                </td>
                <td>{status}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </main>
  );
}

function Introduction() {
  return (
    <Section title="Signing in">
      <p className="text-text-2">
        <code>POST /api/v1/auth/register</code> makes an account,{' '}
        <code>POST /api/v1/auth/token</code> answers a token. REST takes it as{' '}
        <code>Authorization: Bearer TOKEN</code>, Socket.io as <code>{'auth: { token }'}</code> of
        the handshake; pages use the session cookie on both. A refused handshake is a{' '}
        <code>connect_error</code> whose <code>data.code</code> is one of the codes below. REST
        refuses with <code>application/problem+json</code>.
      </p>
    </Section>
  );
}

function RestEntry({ rest, summary, input, output, access }: Operation) {
  if (!rest) return null;
  return (
    <Entry
      heading={`${rest.method} ${rest.path}`}
      summary={access === 'anyone' ? `${summary} (no session needed)` : summary}
    >
      <SchemaView label="Input" schema={input} />
      <SchemaView label="Answer" schema={output} />
    </Entry>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="mt-10 flex flex-col gap-4">
      <h2 className="text-xl font-bold">{title}</h2>
      {children}
    </section>
  );
}

function Entry(props: { heading: string; summary: string; children: React.ReactNode }) {
  return (
    <article className="rounded-lg bg-surface p-4 shadow-1">
      <h3 className="font-mono font-semibold break-words">{props.heading}</h3>
      <p className="mt-1 text-text-2">{props.summary}</p>
      {props.children}
    </article>
  );
}
