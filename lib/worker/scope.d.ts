/** What the contract asks for to know that it is in a page; here is none. */
declare const window: undefined;
