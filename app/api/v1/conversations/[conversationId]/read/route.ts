import { rest } from '#lib/transport/rest.ts';

export const POST = rest('markRead');
