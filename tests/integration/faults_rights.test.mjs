// Redis no longer lets a daemon, or a publisher, do what it could do before.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {describe, test} from 'node:test';

import {startScene} from '../support/fault.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {publishTo} from '../support/publishing.mjs';

const daemonRights = ['~*', '&*', '+@all'];

/** A scene whose daemons log in as `freshetd` with a password from a file; `setPassword` changes the file. */
async function startWithLogin(t) {
  const file = path.join(temporaryFolder(t), 'password');
  const setPassword = (text) => fs.writeFileSync(file, `${text}\n`);
  setPassword('first-secret');
  const scene = await startScene(t, {
    prepare: async (redis) => {
      await redis.client.acl('SETUSER', 'freshetd', 'on', '>first-secret', ...daemonRights);
      return {backplane: {redis: {username: 'freshetd', password_file: file}}};
    },
  });
  return {scene, acl: (...rules) => scene.redis.client.acl(...rules), setPassword};
}

// They mostly wait: for a try to connect that follows an operator's error after up to 5 s.
describe('rights', {concurrency: 3}, () => {
  test('the password is changed: streams go on, and the new one in the file is taken at the next connect', async (t) => {
    const {scene, acl, setPassword} = await startWithLogin(t);
    await acl('SETUSER', 'freshetd', 'resetpass', '>second-secret');
    await scene.publisher.more(20);
    await Promise.all(scene.daemons.map((daemon) => daemon.ready()));
    scene.begins();
    await scene.killDaemons();
    await scene.noticed(/AUTH refused: WRONGPASS/);
    await scene.heartbeats();
    setPassword('second-secret');
    scene.over();
    await scene.recovers();
    for (const {log} of scene.daemons) assert.doesNotMatch(log, /-secret/, 'a password never reaches the log');
    await scene.ends();
  });

  test('the password file is gone: it is said, and the next one is read', async (t) => {
    const {scene, setPassword} = await startWithLogin(t);
    const {password_file: file} = scene.daemons[0].options.config.backplane.redis;
    scene.begins();
    fs.rmSync(file);
    await scene.killDaemons();
    await scene.noticed(/backplane\.redis\.password_file: \S+: no such file/i);
    setPassword('first-secret');
    scene.over();
    await scene.recovers();
    await scene.ends();
  });

  test('the ACL user is disabled, and enabled again', async (t) => {
    const {scene, acl} = await startWithLogin(t);
    await acl('SETUSER', 'freshetd', 'off');
    await scene.publisher.more(20);
    scene.begins();
    await scene.killDaemons();
    await scene.noticed(/AUTH refused: WRONGPASS.*disabled/);
    await scene.heartbeats();
    await acl('SETUSER', 'freshetd', 'on');
    scene.over();
    await scene.recovers();
    await scene.ends();
  });

  test('the ACL user is deleted, and made again', async (t) => {
    const {scene, acl} = await startWithLogin(t);
    scene.begins();
    await acl('DELUSER', 'freshetd');
    await scene.noticed(/AUTH refused: WRONGPASS/);
    await scene.heartbeats();
    await acl('SETUSER', 'freshetd', 'on', '>first-secret', ...daemonRights);
    scene.over();
    await scene.recovers();
    await scene.ends();
  });

  const revoked = {
    'the right to the channels': {take: ['resetchannels', '&elsewhere:*'], give: ['allchannels'], says: /NOPERM .*channel/},
    'the right to SUBSCRIBE': {take: ['-subscribe'], give: ['+subscribe'], says: /NOPERM .*'subscribe'/, dies: true},
    'the right to FCALL': {take: ['-fcall'], give: ['+fcall'], says: /FCALL freshet_(?:mark|sync): NOPERM .*'fcall'/, hears: true},
    'the right to the clock': {take: ['resetkeys', '~elsewhere'], give: ['allkeys'], says: /FCALL freshet_(?:mark|sync): NOPERM/, hears: true},
  };

  for (const [what, {take, give, says, dies, hears}] of Object.entries(revoked)) {
    test(`${what} is revoked, and granted again`, async (t) => {
      const {scene, acl} = await startWithLogin(t);
      scene.begins();
      await acl('SETUSER', 'freshetd', ...take);
      if (dies) await scene.killDaemons();
      await scene.noticed(says);
      await (hears ? scene.goesOn() : scene.heartbeats());
      await acl('SETUSER', 'freshetd', ...give);
      scene.over();
      await scene.recovers();
      await scene.ends();
    });
  }

  test('PUBLISH is denied to a publisher: an error reply, nothing is written, nobody is told', async (t) => {
    const scene = await startScene(t);
    const {client} = scene.redis;
    await client.acl('SETUSER', 'denied', 'on', '>secret', '~*', '+@all', 'resetchannels', '&freshet:elsewhere');
    const denied = scene.redis.connect({username: 'denied', password: 'secret'});
    // Other publishers and the probes move `last` meanwhile; nothing else of the clock may change.
    const look = () => client.multi().lrange('freshet:ring:quiet', 0, -1).hmget('freshet:clock', 'floor', 'epoch', 'holes').exec();
    const before = await look();
    await assert.rejects(publishTo(denied, 'quiet', 'forbidden'), /^ReplyError: NOPERM freshet: this user may not run PUBLISH 'freshet:quiet'/);
    await assert.rejects(publishTo(denied, 'quiet', 'forbidden', 'LIVE'), /NOPERM/);
    await assert.rejects(denied.publish('freshet:quiet', 'forbidden'), /NOPERM/);
    assert.deepEqual(await look(), before);
    scene.begins();
    await scene.recovers();
    await scene.ends();
  });
});
