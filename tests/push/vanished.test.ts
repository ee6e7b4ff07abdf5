import { afterAll, beforeAll, expect, it } from 'vitest';
import { people, type Device, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { anotherDevice, pushSettings, subscribed } from './devices.ts';
import { PushService } from './push-service.ts';

// A device that goes without a word, as a phone in a tunnel does, seems to be looking until its socket
// is found dead. What was said meanwhile is told then.

let server: TestServer;
let service: PushService;

beforeAll(async () => {
  service = await PushService.start();
  server = await startServer(pushSettings);
});
afterAll(async () => {
  await server.stop();
  service.stop();
});

/** The device hears nothing any more and says nothing, and nobody is told. */
function vanish(device: Device): void {
  const { transport } = device.socket.io.engine as unknown as {
    transport: { ws: { _socket: { pause(): void; write: unknown } } };
  };
  transport.ws._socket.pause();
  transport.ws._socket.write = () => true;
}

it('is told what it missed, and a device that got it is not', { timeout: 90_000 }, async () => {
  const [ana, ben, cleo] = (await people(server.url, 'ana', 'ben', 'cleo')) as [
    Person,
    Person,
    Person,
  ];
  const group = await ana.group('Club', [ben, cleo]);
  const [bens, cleos] = [await subscribed(ben, service), await subscribed(cleo, service)];
  const [phone, page] = [await ben.connect(), await cleo.connect()];
  // Where nobody looks, it is told when the wait is over, which is when the others are looked at.
  const tablets = await subscribed(await anotherDevice(ben), service);
  vanish(phone);
  const { seq } = await ana.say(group, 'Are you there?');
  await page.ask('receipt:delivered', { conversationId: group.id, seq });
  await tablets.told('Are you there?');
  page.close();
  expect(bens.pushes).toEqual([]);

  await bens.told('Are you there?', 70_000);
  await ana.say(await ana.direct(ben), 'Later');
  await bens.told('Later');
  expect(cleos.pushes).toEqual([]);
  phone.close();
});
