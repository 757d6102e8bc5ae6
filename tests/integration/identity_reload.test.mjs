// Keys that change under a running daemon: SIGHUP takes them over, drops nobody, and leaves all as it was when they are broken.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import {temporaryFolder} from '../support/freshetd.mjs';
import {Signer, ask, assertRefused, assertServed, bearer, keep, keySet, startGuarded} from '../support/tokens.mjs';

async function reload(daemon, says) {
  const from = daemon.log.length;
  daemon.signal('SIGHUP');
  await daemon.program.output(says, {from});
}

test('rotated keys, with 1,000 streams open: none drops', async (t) => {
  const [old, fresh] = ['old', 'fresh'].map((kid) => new Signer('ES256', {kid}));
  const file = keep(temporaryFolder(t), 'jwks.json', await keySet(old));
  const daemon = await startGuarded(t, {config: {auth: {jwt: {jwks_file: file}}}});
  const oldToken = await old.sign();
  const freshToken = await fresh.sign();
  await assertRefused(daemon, 'channel=@me', 401, {headers: bearer(freshToken)});

  const streams = [];
  while (streams.length < 1000) {
    streams.push(...await Promise.all(Array.from({length: 100}, () => ask(daemon, 'channel=@me', {headers: bearer(oldToken)}))));
  }
  await Promise.all(streams.map((stream) => stream.opening()));

  fs.writeFileSync(file, await keySet(fresh));
  await reload(daemon, /info reloaded:/);
  await assertServed(daemon, 'channel=@me', {headers: bearer(freshToken)});
  await assertRefused(daemon, 'channel=@me', 401, {headers: bearer(oldToken)});
  const id = await daemon.publish('user:42', 'to all of them');
  for (const stream of streams) assert.equal((await stream.next()).id, id);
  assert.equal(await daemon.metric('freshet_connections'), 1000);
  assert.ok(streams.every((stream) => !stream.ended));
  streams.forEach((stream) => stream.close());
});

test('files that are broken change nothing, and the log says so', async (t) => {
  const signer = new Signer('HS256');
  const folder = temporaryFolder(t);
  const secretFile = keep(folder, 'secret', String(signer.privateKey));
  const jwksFile = keep(folder, 'jwks.json', await keySet(new Signer('EdDSA', {kid: 'other'})));
  const config = {auth: {jwt: {secret_file: secretFile, jwks_file: jwksFile}, public_channels: ['open']}};
  const daemon = await startGuarded(t, {config});
  const token = await signer.sign({channels: ['a']});
  const stream = await ask(daemon, 'channel=a', {headers: bearer(token)});
  await stream.opening();

  const breaks = {
    'a JWK set that is no JSON': [() => keep(folder, 'jwks.json', '{"keys":['), /reload: auth\.jwt\.jwks_file: .*jwks\.json.*[^]*nothing was changed/],
    'a secret that is too short': [() => keep(folder, 'secret', 'short'), /reload: .*auth\.jwt\.secret_file: [^]*nothing was changed/],
    'a secret that is gone': [() => fs.rmSync(secretFile), /reload: .*auth\.jwt\.secret_file: [^]*nothing was changed/],
    'a private key in place of the public one': [
      () => {
        const pem = new Signer('RS256').privateKey.export({type: 'pkcs8', format: 'pem'});
        daemon.writeConfig({...config, auth: {...config.auth, jwt: {public_key_file: keep(folder, 'key.pem', pem)}, public_channels: ['b']}});
      }, /reload: auth\.jwt\.public_key_file: .*private key[^]*nothing was changed/],
    'a configuration with a mistake': [() => daemon.writeConfig({auth: {expired: 'never'}}), /nothing was changed/],
  };
  for (const [what, [breakIt, says]] of Object.entries(breaks)) {
    await t.test(what, async () => {
      breakIt();
      await reload(daemon, says);
      await assertServed(daemon, 'channel=a', {headers: bearer(token)});
      await assertServed(daemon, 'channel=open');
      await assertRefused(daemon, 'channel=b', 401);
      assert.ok(!stream.ended);
      keep(folder, 'secret', String(signer.privateKey));
      keep(folder, 'jwks.json', await keySet(new Signer('EdDSA', {kid: 'other'})));
    });
  }
  stream.close();
});

test('what a reload changes holds for the next request', async (t) => {
  const signer = new Signer('HS256');
  const folder = temporaryFolder(t);
  const jwt = {secret_file: keep(folder, 'secret', String(signer.privateKey))};
  const daemon = await startGuarded(t, {config: {auth: {jwt}}});
  const headers = bearer(await signer.sign({iss: 'a', channels: ['a']}));
  await assertServed(daemon, 'channel=a', {headers});
  daemon.writeConfig({auth: {jwt: {...jwt, issuer: 'b'}, public_channels: ['news']}});
  await reload(daemon, /reloaded:.* auth\.jwt\.issuer/);
  // The token had been verified before: it is judged anew.
  await assertRefused(daemon, 'channel=a', 401, {headers});
  await assertServed(daemon, 'channel=news');
});
