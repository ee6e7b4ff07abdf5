import { rest } from '#lib/transport/rest.ts';

export const PATCH = rest('updateMember');
export const DELETE = rest('removeMember');
