// Runs the worker from its TypeScript source. The --import flag of tsx does nothing in workers.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
