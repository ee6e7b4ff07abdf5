import { rest } from '#lib/transport/rest.ts';

export const GET = rest('listConversations');
export const POST = rest('createConversation');
