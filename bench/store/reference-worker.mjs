// Runs the reference from its TypeScript source, in a thread like the store's.
import { register } from 'tsx/esm/api';

register();
await import('./reference.ts');
