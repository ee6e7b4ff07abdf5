import type { OperationName } from '#lib/contract/operations.ts';

/** Who asks. Of a group: the first has nothing to do with it, the second was removed from it. */
export const roles = ['stranger', 'former', 'member', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];
export type Asker = Role | 'anonymous';

// What everybody is answered, on both wires: `ok`, or the code of the refusal. A case is an operation,
// and what is special about it where there are several; `cases.ts` has its input.
const text = `
case                              anonymous        stranger     former     member     admin      owner
register                          ok               ok           ok         ok         ok         ok
checkUsername                     ok               ok           ok         ok         ok         ok
createToken                       ok               ok           ok         ok         ok         ok
createSocketToken                 unauthenticated  ok           ok         ok         ok         ok
changePassword                    unauthenticated  ok           ok         ok         ok         ok
changeEmail                       unauthenticated  ok           ok         ok         ok         ok
listSessions                      unauthenticated  ok           ok         ok         ok         ok
endSession/own                    unauthenticated  ok           ok         ok         ok         ok
endSession/another's              unauthenticated  not_found    not_found  not_found  not_found  not_found
endOtherSessions                  unauthenticated  ok           ok         ok         ok         ok

readPush                          unauthenticated  ok           ok         ok         ok         ok
subscribePush                     unauthenticated  ok           ok         ok         ok         ok
subscribePush/another's           unauthenticated  conflict     conflict   conflict   conflict   conflict
updatePush                        unauthenticated  ok           ok         ok         ok         ok
updatePush/none                   unauthenticated  not_found    not_found  not_found  not_found  not_found
testPush                          unauthenticated  ok           ok         ok         ok         ok
unsubscribePush                   unauthenticated  ok           ok         ok         ok         ok

searchUsers                       unauthenticated  ok           ok         ok         ok         ok
readUser                          unauthenticated  ok           ok         ok         ok         ok
blockUser                         unauthenticated  ok           ok         ok         ok         ok
blockUser/oneself                 unauthenticated  invalid_input  invalid_input  invalid_input  invalid_input  invalid_input
unblockUser                       unauthenticated  ok           ok         ok         ok         ok
listBlocked                       unauthenticated  ok           ok         ok         ok         ok
readAccount                       unauthenticated  ok           ok         ok         ok         ok
updateAccount                     unauthenticated  ok           ok         ok         ok         ok
setPicture                        unauthenticated  ok           ok         ok         ok         ok
removePicture                     unauthenticated  ok           ok         ok         ok         ok
deleteAccount/wrong-password      unauthenticated  invalid_credentials  invalid_credentials  invalid_credentials  invalid_credentials  invalid_credentials

listConversations                 unauthenticated  ok           ok         ok         ok         ok
createConversation/direct         unauthenticated  ok           ok         ok         ok         ok
createConversation/group          unauthenticated  ok           ok         ok         ok         ok
readConversation                  unauthenticated  not_found    ok         ok         ok         ok
readConversation/direct           unauthenticated  not_found    not_found  not_found  not_found  not_found
updateConversation/title          unauthenticated  not_found    forbidden  forbidden  ok         ok
updateConversation/own-settings   unauthenticated  not_found    ok         ok         ok         ok
setGroupPicture                   unauthenticated  not_found    forbidden  forbidden  ok         ok
setGroupPicture/direct            unauthenticated  not_found    not_found  not_found  not_found  not_found
removeGroupPicture                unauthenticated  not_found    forbidden  forbidden  ok         ok

listMembers                       unauthenticated  not_found    forbidden  ok         ok         ok
addMembers                        unauthenticated  not_found    forbidden  forbidden  ok         ok
updateMember/promote              unauthenticated  not_found    forbidden  forbidden  ok         ok
updateMember/promote-oneself      unauthenticated  not_found    forbidden  forbidden  ok         forbidden
updateMember/hand-over            unauthenticated  not_found    forbidden  forbidden  forbidden  ok
updateMember/demote-the-owner     unauthenticated  not_found    forbidden  forbidden  forbidden  forbidden
removeMember/another              unauthenticated  not_found    forbidden  forbidden  ok         ok
removeMember/the-owner            unauthenticated  not_found    forbidden  forbidden  forbidden  ok
removeMember/oneself              unauthenticated  not_found    forbidden  ok         ok         ok

listMessages                      unauthenticated  not_found    ok         ok         ok         ok
listMessages/direct               unauthenticated  not_found    not_found  not_found  not_found  not_found
sendMessage                       unauthenticated  not_found    forbidden  ok         ok         ok
sendMessage/direct                unauthenticated  not_found    not_found  not_found  not_found  not_found
editMessage/own                   unauthenticated  not_found    forbidden  ok         ok         ok
editMessage/another's             unauthenticated  not_found    forbidden  forbidden  forbidden  forbidden
editMessage/after-leaving         unauthenticated  not_found    not_found  forbidden  forbidden  forbidden
editMessage/direct                unauthenticated  not_found    not_found  not_found  not_found  not_found
deleteMessage/own                 unauthenticated  not_found    forbidden  ok         ok         ok
deleteMessage/another's           unauthenticated  not_found    forbidden  forbidden  ok         ok
deleteMessage/after-leaving       unauthenticated  not_found    not_found  ok         ok         ok
deleteMessage/for-me              unauthenticated  not_found    ok         ok         ok         ok
deleteMessage/direct              unauthenticated  not_found    not_found  not_found  not_found  not_found
markDelivered                     unauthenticated  not_found    forbidden  ok         ok         ok
markDelivered/direct              unauthenticated  not_found    not_found  not_found  not_found  not_found
markRead                          unauthenticated  not_found    forbidden  ok         ok         ok
markRead/direct                   unauthenticated  not_found    not_found  not_found  not_found  not_found

setTyping                         unauthenticated  not_found    forbidden  ok         ok         ok
setTyping/direct                  unauthenticated  not_found    not_found  not_found  not_found  not_found
watchPresence                     unauthenticated  ok           ok         ok         ok         ok
setVisible                        unauthenticated  ok           ok         ok         ok         ok
`;

/** One line of the table. */
export interface Line {
  name: string;
  operation: OperationName;
  expected: Record<Asker, string>;
}

const [heading = [], ...lines] = text
  .trim()
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.trim().split(/\s+/));

export const table: Line[] = lines.map(([name = '', ...cells]) => ({
  name,
  operation: name.split('/')[0] as OperationName,
  expected: Object.fromEntries(
    heading.slice(1).map((asker, i) => [asker, cells[i] ?? '']),
  ) as Record<Asker, string>,
}));

/**
 * Every page and route file that answers no operation, an address of it, and the status that somebody
 * anonymous and somebody signed in are answered.
 */
export const otherRoutes: { file: string; path: string; anonymous: number; signedIn: number }[] = [
  { file: 'page.tsx', path: '/', anonymous: 307, signedIn: 307 },
  { file: '(auth)/register/page.tsx', path: '/register', anonymous: 200, signedIn: 307 },
  { file: '(auth)/sign-in/page.tsx', path: '/sign-in', anonymous: 200, signedIn: 307 },
  { file: '(chat)/[...view]/page.tsx', path: '/chats', anonymous: 307, signedIn: 200 },
  { file: 'offline-shell/page.tsx', path: '/offline-shell', anonymous: 200, signedIn: 200 },
  { file: 'api-docs/page.tsx', path: '/api-docs', anonymous: 200, signedIn: 200 },
  {
    file: 'api/auth/[...nextauth]/route.ts',
    path: '/api/auth/session',
    anonymous: 200,
    signedIn: 200,
  },
  {
    file: 'api/v1/[[...path]]/route.ts',
    path: '/api/v1/nowhere',
    anonymous: 404,
    signedIn: 404,
  },
  {
    file: 'api/v1/pictures/[pictureId]/route.ts',
    path: '/api/v1/pictures/none',
    anonymous: 404,
    signedIn: 404,
  },
  { file: 'api/v1/health/route.ts', path: '/api/v1/health', anonymous: 200, signedIn: 200 },
  { file: 'api/v1/ready/route.ts', path: '/api/v1/ready', anonymous: 200, signedIn: 200 },
  {
    file: 'api/v1/openapi.json/route.ts',
    path: '/api/v1/openapi.json',
    anonymous: 200,
    signedIn: 200,
  },
];
