import { rest } from '#lib/transport/rest.ts';

export const GET = rest('listMembers');
export const POST = rest('addMembers');
