import { rest } from '#lib/transport/rest.ts';

export const GET = rest('listMessages');
export const POST = rest('sendMessage');
