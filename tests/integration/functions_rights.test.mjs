// The least rights that let ACL users run lib/redis/freshet.lua, and that fewer leave nothing behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {after, describe, test} from 'node:test';

import {clockKey, parseLine, second, unknownEpoch, useFunctions} from '../support/functions.mjs';

/** The rules of the ACL SETUSER command for this user in docs/publishing.md, which publishers copy. */
function documentedRights(user) {
  const text = fs.readFileSync(new URL('../../docs/publishing.md', import.meta.url), 'utf8');
  const [, rules] = text.match(new RegExp(`^ACL SETUSER ${user} on >\\S+((?:.*\\\\\n)*.*)$`, 'm'));
  return rules.split(/[\s\\]+/).filter((rule) => rule !== '');
}

const f = useFunctions();
const {changeEpoch, mark, publish, refused, ring, sync} = f;

describe('with the least rights', () => {
  const publisherRights = documentedRights('news-publisher');
  const daemonRights = ['resetchannels', '&freshet:*', 'resetkeys', '~freshet:*', '-@all', '+fcall', '+fcall_ro', '+publish', '+time',
    '+info', '+hmget', '+hset'];
  let user;

  const as = async (...rules) => {
    await f.redis.client.acl('SETUSER', 'confined', 'reset', 'on', '>secret', ...rules);
    user?.disconnect();
    user = f.redis.connect({username: 'confined', password: 'secret', enableReadyCheck: false});
  };
  const userPublish = (channel, ...args) => user.call('FCALL', 'freshet_publish', 1, channel, ...args);

  after(() => user?.disconnect());

  test('a publisher confined to its channels publishes with every option', async () => {
    assert.ok(publisherRights.includes('&freshet:news:*') && publisherRights.includes('+set'), publisherRights.join(' '));
    await sync(0, '-');
    await f.redis.loadFunctions();
    await as(...publisherRights);
    const id = await userPublish('news:1', 'x', 'KEY', 'k', 'EVENT', 'e', 'RING', 1, 'TTL', 7200);
    assert.equal(await userPublish('news:1', 'x', 'KEY', 'k'), id);
    await userPublish('news:1', 'y', 'RING', 1);
    assert.equal((await ring('news:1')).length, 1);
    assert.equal(await userPublish('news:1', 'x', 'LIVE'), 0);
    await changeEpoch();
    assert.ok(await userPublish('news:1', 'z') > id, 'in a new life of the server too');
  });

  test('it can neither publish elsewhere nor act as a daemon', async () => {
    await sync(0, '-');
    await as(...publisherRights);
    await refused(() => userPublish('other', 'x'), /^NOPERM /);
    await refused(() => userPublish('news:1', 'x', 'PREFIX', 'p:'), /^NOPERM /);
    await refused(() => user.call('FCALL', 'freshet_sync', 0, 0, '-', 'TTL', 1, 'SET'), /^NOPERM /);
    await refused(() => user.call('FCALL', 'freshet_mark', 0, 'i', 'n'), /^NOPERM /);
    await refused(() => user.publish('freshet:!control', 'x'), /^NOPERM /);
    await refused(() => user.publish('freshet:!fence', '1'), /^NOPERM /);
  });

  test('it cannot begin a history, and is told who does', async () => {
    await as(...publisherRights);
    await refused(() => userPublish('news:1', 'x'),
      /^NOPERM freshet: the clock 'freshet:clock' does not exist yet and this user may not create it; a freshetd daemon creates it/);
  });

  test('who may fence but not publish the event begins no history', async () => {
    await as(...publisherRights.map((rule) => (rule === '&freshet:news:*' ? '&freshet:!fence' : rule)));
    await refused(() => userPublish('news:1', 'x'), /^NOPERM freshet: this user may not run PUBLISH 'freshet:news:1'/);
  });

  for (const lack of ['publish', 'time', 'info', 'hmget', 'hset', 'lindex', 'lpush', 'ltrim', 'pexpireat', 'get', 'set']) {
    test(`without ${lack.toUpperCase()} nothing is left behind, and the command is named`, async () => {
      await sync(0, '-');
      await publish('news:1', 'x');
      await as(...publisherRights, `-${lack}`);
      await f.redis.loadFunctions();
      await refused(() => userPublish('news:1', 'x', 'KEY', 'k', 'RING', 1),
        new RegExp(`^NOPERM freshet: this user may not run ${lack.toUpperCase()}`));
    });
  }

  for (const [lack, pattern] of [['~freshet:clock', /HMGET 'freshet:clock'/], ['~freshet:ring:news:*', /LINDEX 'freshet:ring:news:1'/],
    ['~freshet:key:news:*', /GET 'freshet:key:news:1\|k'/], ['&freshet:news:*', /PUBLISH 'freshet:news:1'/]]) {
    test(`without ${lack} nothing is left behind, and the key is named`, async () => {
      await sync(0, '-');
      await publish('news:1', 'x');
      await as(...publisherRights.filter((rule) => rule !== lack));
      await refused(() => userPublish('news:1', 'x', 'KEY', 'k'), pattern);
    });
  }

  for (const [readOnly, command] of [['freshet:clock', 'HSET'], ['freshet:ring:news:*', 'LPUSH'], ['freshet:key:news:*', 'SET']]) {
    test(`with ${readOnly} for reading only nothing is left behind`, async () => {
      await sync(0, '-');
      await publish('news:1', 'x');
      await as(...publisherRights.map((rule) => (rule === `~${readOnly}` ? `%R~${readOnly}` : rule)));
      await refused(() => userPublish('news:1', 'x', 'KEY', 'k'), new RegExp(`^NOPERM freshet: this user may not run ${command} '`));
    });
  }

  test('a daemon marks and syncs, from the first write on', async () => {
    await as(...daemonRights);
    parseLine(await user.call('FCALL', 'freshet_sync', 0, 0, '-', 'TTL', 60, 'SET'));
    parseLine(await user.call('FCALL', 'freshet_mark', 0, 'i', 'n'));
    assert.equal(await user.call('FCALL_RO', 'freshet_version', 0), await f.redis.client.call('FCALL_RO', 'freshet_version', 0));
    await changeEpoch();
    parseLine(await user.call('FCALL', 'freshet_mark', 0, 'i', 'n'));
  });

  for (const lack of ['publish', 'time', 'info', 'hmget', 'hset']) {
    test(`a daemon without ${lack.toUpperCase()} changes nothing`, async () => {
      await as(...daemonRights, `-${lack}`);
      const seen = await f.now() + 3600 * second;
      // Without a clock, and with one that has to be moved.
      for (const prepare of [() => {}, () => sync(0, '-')]) {
        await prepare();
        if (await f.redis.client.exists(clockKey)) await f.redis.client.hset(clockKey, 'last', 1);
        await f.redis.loadFunctions();
        await refused(() => user.call('FCALL', 'freshet_mark', 0, 'i', 'n'), /^NOPERM freshet: /);
        await refused(() => user.call('FCALL', 'freshet_sync', 0, seen, unknownEpoch), /^NOPERM freshet: /);
      }
    });
  }
});
