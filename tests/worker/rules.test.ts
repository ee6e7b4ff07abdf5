import { describe, expect, test } from 'vitest';
import {
  accountOf,
  answererOf,
  changesPerson,
  isAway,
  isKeepable,
  isOfBuild,
  scriptsOf,
  withNonce,
} from '../../lib/worker/rules.ts';

const origin = 'https://chat.example.org';
const answerer = (path: string, mode = 'cors', method = 'GET') =>
  answererOf({ method, mode, url: new URL(path, origin).href }, origin);

describe('who answers', () => {
  test.each([
    '/api/v1/conversations',
    '/api/v1/users/me',
    '/api/auth/csrf',
    '/socket.io/?EIO=4',
    '/metrics',
    '/chats?_rsc=1',
    '/sw.js',
    '/manifest.webmanifest',
    '/screenshots/wide-light.png',
    'https://elsewhere.example.org/_next/static/chunks/a.js',
  ])('%s: the network alone', (path) => {
    expect(answerer(path)).toBe('network');
  });

  test.each(['/api/v1/pictures/1', '/api/auth/signin', '/api-docs', '/_next/data/x', '/icon.svg'])(
    'the network alone for a page at %s',
    (path) => {
      expect(answerer(path, 'navigate')).toBe('network');
    },
  );

  test.each([
    '/',
    '/chats',
    `/chats/${'a'.repeat(24)}`,
    '/people',
    '/settings/profile',
    '/sign-in',
  ])('the shell stands behind the page at %s', (path) => {
    expect(answerer(path, 'navigate')).toBe('page');
  });

  test.each(['/_next/static/chunks/a.js', '/icon-192.png', '/icon.svg'])(
    'the files of a build for %s',
    (path) => {
      expect(answerer(path)).toBe('files');
    },
  );

  test.each(['POST', 'PUT', 'DELETE'])('nobody but the network for a %s', (method) => {
    expect(answerer('/chats', 'navigate', method)).toBe('network');
  });
});

test('a proxy that stands before nobody is as good as no network', () => {
  expect([502, 503, 504].every(isAway)).toBe(true);
  expect([200, 302, 404, 429, 500].some(isAway)).toBe(false);
});

describe('the nonce of the kept page', () => {
  const policy = "default-src 'self'; script-src 'nonce-b2xk+/A==' 'strict-dynamic'";
  const html = '<script nonce="b2xk+/A==">1</script><script nonce="b2xk+/A==">"b2xk+/A=="</script>';

  test('is another one wherever it stands', () => {
    const page = withNonce({ policy, html }, 'bmV3');
    expect(page.policy).toBe("default-src 'self'; script-src 'nonce-bmV3' 'strict-dynamic'");
    expect(page.html).toBe('<script nonce="bmV3">1</script><script nonce="bmV3">"bmV3"</script>');
  });

  test('has to be there: a page without a policy is not shown', () => {
    expect(() => withNonce({ policy: '', html }, 'bmV3')).toThrow('no nonce');
  });
});

describe('which build a page is of', () => {
  const files = new Set(['/_next/static/chunks/a.js', '/_next/static/chunks/b.js']);
  const scripts = (...names: string[]) =>
    names.map((name) => `${origin}/_next/static/chunks/${name}.js`);

  test('of this one if it has no other script', () => {
    expect(isOfBuild(scripts('a', 'b'), files)).toBe(true);
    expect(isOfBuild([`${origin}/other.js`], files)).toBe(true);
  });

  test('of another if one is not among its files', () => {
    expect(isOfBuild(scripts('a', 'old'), files)).toBe(false);
  });

  test('of another, for safety, if it does not say', () => {
    expect(isOfBuild(null, files)).toBe(false);
  });
});

describe('pages that are kept', () => {
  const keepable = (path: string) => isKeepable(new URL(path, origin).href);

  test('are the list and chats, as they are without a wish', () => {
    expect(keepable('/chats')).toBe(true);
    expect(keepable(`/chats/${'a'.repeat(24)}`)).toBe(true);
    for (const path of ['/chats?new=chat', '/people', '/settings', '/sign-in', '/chats/a/details'])
      expect(keepable(path), path).toBe(false);
  });

  test('go when somebody signs in or out', () => {
    const changes = (path: string, mode: string, method = 'GET') =>
      changesPerson({ method, mode, url: new URL(path, origin).href }, origin);
    for (const path of ['/sign-in', '/sign-in?next=%2Fchats', '/register', '/api/auth/callback/x'])
      expect(changes(path, 'navigate'), path).toBe(true);
    expect(changes('/api/auth/callback/credentials', 'cors', 'POST')).toBe(true);
    expect(changes('/api/auth/signout', 'cors', 'POST')).toBe(true);
    expect(changes('/chats', 'navigate')).toBe(false);
    expect(changes('/api/auth/csrf', 'cors')).toBe(false);
    expect(changes('/api/v1/auth/socket-token', 'cors', 'POST')).toBe(false);
    expect(changes('https://elsewhere.example.org/sign-in', 'navigate')).toBe(false);
  });

  test('say whose they are and which scripts they need', () => {
    const id = 'a'.repeat(24);
    const html =
      `<meta name="gatherly-account" content="${id}"/>` +
      '<script src="/_next/static/chunks/a.js" nonce="x" async=""></script>' +
      '<script src="/_next/static/chunks/old.js" noModule="" nonce="x"></script><script>b</script>';
    expect(accountOf(html)).toBe(id);
    expect(accountOf('<p>&lt;meta name=&quot;gatherly-account&quot;</p>')).toBeNull();
    expect(scriptsOf(html)).toEqual(['/_next/static/chunks/a.js']);
  });
});
