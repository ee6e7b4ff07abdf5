import { randomUUID } from 'node:crypto';
import { people, type Device, type Person } from '../support/people.ts';

/** Two people who chat as long as something else goes on, and notice if a message does not arrive. */
export class HonestPair {
  private over = false;
  private readonly chatting: Promise<void>;
  private failure: unknown;
  said = 0;

  private constructor(
    private readonly from: Device,
    private readonly to: Device,
    private readonly conversationId: string,
  ) {
    this.chatting = this.chat().catch((error: unknown) => void (this.failure = error));
  }

  static async meet(url: string): Promise<HonestPair> {
    const [ana, ben] = (await people(url, 'ana', 'ben')) as [Person, Person];
    const { id } = await ana.direct(ben);
    return new HonestPair(await ana.connect(), await ben.connect(), id);
  }

  /** Resolves when the next message has arrived. @throws what went wrong between them. */
  async isFine(): Promise<void> {
    const next = this.said + 2;
    while (this.said < next) {
      if (this.failure) throw this.failure as Error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async part(): Promise<void> {
    this.over = true;
    await this.chatting;
    this.from.close();
    this.to.close();
    if (this.failure) throw this.failure as Error;
  }

  private async chat(): Promise<void> {
    while (!this.over) {
      const clientId = randomUUID();
      const input = { conversationId: this.conversationId, clientId, text: 'All well?' };
      const reply = await this.from.ask('message:send', input);
      if (!reply.ok) throw new Error(`an honest message was refused: ${reply.error.code}`);
      await this.to.heard('message:new', ({ message }) => message.clientId === clientId);
      this.to.events.length = 0;
      this.from.events.length = 0;
      this.said++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
