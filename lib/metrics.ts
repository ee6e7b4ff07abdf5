import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { remember } from './runtime.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What is counted and timed in this process. Counting is cheap; labels have few values. */
export const metrics = () => remember('metrics', makeMetrics);

function makeMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    messagesAppended: new Counter({
      name: 'gatherly_messages_appended_total',
      help: 'Messages stored.',
      registers,
    }),
    refusals: new Counter({
      name: 'gatherly_refusals_total',
      help: 'Operations, handshakes and commands that were refused, by code.',
      labelNames: ['code'],
      registers,
    }),
    rateLimited: new Counter({
      name: 'gatherly_rate_limited_total',
      help: 'What was refused because it came too often or was too many, by limit.',
      labelNames: ['limit'],
      registers,
    }),
    passwordChecks: new Counter({
      name: 'gatherly_password_checks_total',
      help: 'Passwords that were hashed, to be compared or to be kept.',
      registers,
    }),
    pushes: new Counter({
      name: 'gatherly_pushes_total',
      help: 'Notifications for devices, by what became of them.',
      labelNames: ['outcome'],
      registers,
    }),
    ackSeconds: new Histogram({
      name: 'gatherly_ack_seconds',
      help: 'From taking up a socket command to its ack.',
      labelNames: ['event'],
      buckets: seconds,
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'gatherly_http_request_seconds',
      help: 'From an HTTP request to the end of its answer; Socket.io apart.',
      labelNames: ['method', 'status'],
      buckets: seconds,
      registers,
    }),
    databaseSeconds: new Histogram({
      name: 'gatherly_database_command_seconds',
      help: 'Commands to the database or the embedded store.',
      labelNames: ['command', 'outcome'],
      buckets: seconds,
      registers,
    }),
  };
}

/** Shows a number that is looked up whenever somebody asks for the metrics. */
export function showGauge(name: string, help: string, read: () => number): void {
  const { registry } = metrics();
  registry.removeSingleMetric(name);
  const collect = function (this: Gauge): void {
    this.set(read());
  };
  registry.registerMetric(new Gauge({ name, help, registers: [], collect }));
}

/** Begins to watch the process itself: memory, processor, event loop, garbage. */
export function watchProcess(): void {
  collectDefaultMetrics({ register: metrics().registry });
}
