// A provider of OpenID Connect in which whoever POST /as/NAME named is signed in at once.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const [packages, port, redirect, secret] = process.argv.slice(2);
const { default: Provider } = await import(`${packages}/oidc-provider/lib/index.js`);

const ACCOUNTS = {
  'id-of-ada': { email: 'Ada@team.example', email_verified: true },
  'id-of-eve': { email: 'ben@team.example', email_verified: false },
  'id-of-tom': { email: 'tom@team.example', email_verified: true },
  'id-of-zoe': { email: 'zoe@elsewhere.example', email_verified: true },
};
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' };
let who = 'id-of-ada';

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'leadline',
    client_secret: secret,
    redirect_uris: [redirect],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
  }],
  jwks: { keys: [key] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  cookies: { keys: ['a key of a test'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...ACCOUNTS[id] }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (ctx) => {
    const { client, session, provider: own } = ctx.oidc;
    const grant = new own.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid email');
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();

createServer(async (request, response) => {
  if (request.method === 'POST' && request.url.startsWith('/as/')) {
    who = request.url.slice('/as/'.length);
    response.end();
  } else if (request.url.startsWith('/interaction/')) {
    await provider.interactionFinished(request, response, { login: { accountId: who } });
  } else {
    await answer(request, response);
  }
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
