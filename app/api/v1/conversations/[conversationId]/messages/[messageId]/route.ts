import { rest } from '#lib/transport/rest.ts';

export const PATCH = rest('editMessage');
export const DELETE = rest('deleteMessage');
