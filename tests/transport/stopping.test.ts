import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { greet } from '#lib/transport/front-door.ts';
import { allAnswered } from '#lib/transport/perform.ts';

it('has proxies leave the connections that they keep once it stops', async () => {
  const server = createServer((request, response) => {
    greet(request, response, false);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ask = async () => {
    const { port } = server.address() as AddressInfo;
    return (await fetch(`http://127.0.0.1:${port}/chats`)).headers.get('connection');
  };
  expect(await ask()).toBe('keep-alive');
  await allAnswered();
  expect(await ask()).toBe('close');
  server.close();
});
