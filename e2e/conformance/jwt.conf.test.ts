/** Signed tokens, ours beside the real etcd: what is in them, what ends them, and that each store refuses a stranger's (§9). */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { as, brief, NOBODY, PASSWORDS, perm, READWRITE } from './auth-cases/callers.ts';
import { type Case, differential } from './harness/differential.ts';
import { type Probe, utf8 } from './harness/probe.ts';

const folder = temporaryFolder('jwt');
afterAll(folder.remove);
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const [publicFile, privateFile] = [path.join(folder.path, 'public.pem'), path.join(folder.path, 'private.pem')];
writeFileSync(publicFile, publicKey);
writeFileSync(privateFile, privateKey);

const json = (part = ''): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
/** Every change of the users ends every token: the probe gets a new one for what is done between cases. */
const signInAgain = async (p: Probe): Promise<void> => {
  p.token = undefined;
  p.token = await tokenOf(p, 'root');
};
const tokenOf = async (p: Probe, name: string): Promise<string> => (await as(p, name)).metadata.token ?? '';

const cases: readonly Case[] = [
  {
    name: 'users are made, and it is turned on',
    run: async (p) => {
      await p.must('roleAdd', { name: 'dev' });
      await p.must('roleGrantPermission', { name: 'dev', perm: perm(READWRITE, 'a', 'd') });
      for (const name of ['root', 'alice']) await p.must('userAdd', { name, password: PASSWORDS[name] ?? '' });
      await p.must('userGrantRole', { user: 'root', role: 'root' });
      await p.must('userGrantRole', { user: 'alice', role: 'dev' });
      const enabled = await p.call('authEnable', {});
      await signInAgain(p);
      return enabled;
    },
  },
  {
    name: 'a token says who, until when and of which revision of the users',
    run: async (p) => {
      const [head, body] = (await tokenOf(p, 'alice')).split('.');
      const { exp, ...claims } = json(body) as { exp: number };
      const seconds = exp - Date.now() / 1000;
      return { head: json(head), claims, isForTwoMinutes: seconds > 90 && seconds < 121 };
    },
  },
  {
    name: 'a token is good for what its user may do',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await p.call('put', { key: utf8('b') }, alice),
        await p.call('put', { key: utf8('z') }, alice),
        await p.call('range', { key: utf8('b') }, alice),
        await brief(p.call('put', { key: utf8('b') }, NOBODY)),
      ];
    },
  },
  {
    name: 'a token that was changed in one letter, cut, or made up',
    run: async (p) => {
      const token = await tokenOf(p, 'alice');
      const at = token.indexOf('.') + 5;
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${token.split('.')[1]}.`;
      return Promise.all(
        [changed, token.slice(0, -4), 'abcdefghijklmnop.1', 'x.y.z', unsigned].map((one) =>
          brief(p.call('put', { key: utf8('b') }, { metadata: { token: one } })),
        ),
      );
    },
  },
  {
    name: 'any change of the users makes every token an old one',
    run: async (p) => {
      const [alice, root] = [await as(p, 'alice'), await as(p, 'root')];
      const added = await p.call('roleAdd', { name: 'another' }, root);
      const put = () => brief(p.call('put', { key: utf8('b') }, alice));
      const answers = [
        added,
        await put(),
        await brief(p.call('deleteRange', { key: utf8('b') }, alice)),
        await brief(p.call('txn', { success: [{ requestPut: { key: utf8('b') } }] }, alice)),
        await brief(p.call('leaseGrant', { id: 71n, ttl: 60 }, alice)),
        await brief(p.call('roleAdd', { name: 'third' }, root)),
        await brief(p.call('put', { key: utf8('b') }, await as(p, 'alice'))),
      ];
      await signInAgain(p);
      return answers;
    },
  },
  {
    name: 'reads with an old token',
    run: async (p) => {
      const [alice, root] = [await as(p, 'alice'), await as(p, 'root')];
      await brief(p.call('roleAdd', { name: 'fourth' }, root));
      await signInAgain(p);
      return [
        await brief(p.call('range', { key: utf8('b') }, alice)),
        await brief(p.call('range', { key: utf8('b'), serializable: true }, alice)),
        await brief(p.call('txn', { success: [{ requestRange: { key: utf8('b') } }] }, alice)),
      ];
    },
  },
  {
    name: 'the token of a user that was deleted',
    run: async (p) => {
      const root = await as(p, 'root');
      await brief(p.call('userAdd', { name: 'eve', password: 'e' }, root));
      const { token } = await p.must('authenticate', { name: 'eve', password: 'e' });
      await brief(p.call('userDelete', { name: 'eve' }, await as(p, 'root')));
      await signInAgain(p);
      return brief(p.call('put', { key: utf8('b') }, { metadata: { token } }));
    },
  },
];

differential('signed tokens beside the real etcd', cases, [
  ...['--bcrypt-cost', '4'],
  ...['--auth-token', `jwt,pub-key=${publicFile},priv-key=${privateFile},sign-method=RS256,ttl=2m`],
]);
