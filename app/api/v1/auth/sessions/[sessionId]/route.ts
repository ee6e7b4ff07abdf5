import { rest } from '#lib/transport/rest.ts';

export const DELETE = rest('endSession');
