import { rest } from '#lib/transport/rest.ts';

export const GET = rest('readConversation');
export const PATCH = rest('updateConversation');
