// Publishes as the plan says, and never stops before it knows what became of an event: an answer that was lost is asked for
// again with the same KEY. Only events without a key, of which nobody can ask, are given up.
import {Redis} from 'ioredis';

import {sleep} from '../support/wait.mjs';
import {dataOf} from './truth.mjs';

const answerMs = 3000;
const pauseMs = 50;

/** A connection to the present primary: {server, client}. */
async function connectTo(world) {
  const server = await world.redis.primary();
  const client = new Redis({
    port: server.port, host: '127.0.0.1', lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0, connectTimeout: 1000,
    commandTimeout: answerMs, enableReadyCheck: false, enableOfflineQueue: false, connectionName: 'publisher',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const info = await client.info('replication');
    if (!info.includes('role:master')) throw new Error('not a primary');
    return {server, client};
  } catch (error) {
    client.disconnect();
    throw error;
  }
}

/** Publishes, and asks in which life of the dataset that was: {id, epoch}. */
async function publishOn(client, publication) {
  const {channel, key, uid} = publication;
  const options = [...(channel.ring ? ['RING', channel.ring] : []), ...(key ? ['KEY', `key-${uid}`] : [])];
  const [[error, id], [, epoch]] = await client.pipeline()
    .call('FCALL', 'freshet_publish', 1, channel.name, dataOf(publication), ...options).hget('freshet:clock', 'epoch').exec();
  if (error) throw error;
  return {id: Number(id), epoch: epoch ?? undefined};
}

/** One lane through Redis: one event after the other. */
export class RedisLane {
  constructor(world) {
    this.world = world;
  }

  async publish(publication) {
    const {truth, chronicle, history} = this.world;
    for (;;) {
      let sent = false;
      try {
        if (this.connection && !this.world.redis.isPrimary(this.connection.server)) this.close();
        this.connection ??= await connectTo(this.world);
        publication.sentAt ??= chronicle.now();
        sent = true;
        const {id, epoch} = await publishOn(this.connection.client, publication);
        truth.acknowledge(publication, id, chronicle.now(), epoch);
        // With a key the answer may be from an earlier life; an id of this one shows how far its clock went.
        if (!publication.unclear && epoch) history.saw(epoch, id);
        return;
      } catch (error) {
        if (error.name === 'ReplyError') {
          truth.refusals += 1;
          if (/^(READONLY|MASTERDOWN|NOAUTH|NOPERM)/.test(error.message)) this.close();
        } else {
          this.close();
          publication.unclear ||= sent;
          if (sent && !publication.key) {
            truth.givenUp += 1;
            return;
          }
          if (sent) truth.repeats += 1;
        }
        await sleep(pauseMs);
      }
    }
  }

  close() {
    this.connection?.client.disconnect();
    this.connection = undefined;
  }
}

/** One lane over HTTP: POST /publish of any instance. */
export class HttpLane {
  #next = 0;

  constructor(world) {
    this.world = world;
  }

  async publish(publication) {
    const {truth, chronicle, instances} = this.world;
    const query = new URLSearchParams({channel: publication.channel.name, ...(publication.key ? {key: `key-${publication.uid}`} : {})});
    for (;;) {
      const instance = instances[this.#next++ % instances.length];
      if (instance.running) {
        publication.sentAt ??= chronicle.now();
        const answer = await instance.daemon.ops(`/publish?${query}`, {method: 'POST', body: dataOf(publication)})
          .catch(() => ({status: 0}));
        if (answer.status === 200) {
          truth.acknowledge(publication, JSON.parse(answer.text).id, chronicle.now());
          return;
        }
        // 503: Redis did not take it. 504: its answer was lost.
        if (![0, 503, 504].includes(answer.status)) throw new Error(`POST /publish: ${answer.status} ${answer.text}`);
        publication.unclear = true;
        if (!publication.key) {
          truth.givenUp += 1;
          return;
        }
        truth.repeats += 1;
      }
      await sleep(pauseMs);
    }
  }

  close() {}
}

/** Follows the plan's times; what could not be published in time comes as soon as it can. */
export class Publisher {
  constructor(world, plan, lanes = [new RedisLane(world), new RedisLane(world), new RedisLane(world)]) {
    this.world = world;
    const http = new HttpLane(world);
    this.lanes = [...lanes, http].map((lane) => ({lane, list: []}));
    for (const each of plan) this.lanes[each.http ? lanes.length : each.lane].list.push(each);
  }

  async run() {
    await Promise.all(this.lanes.map(async ({lane, list}) => {
      for (const planned of list) {
        const early = planned.at - this.world.chronicle.now();
        if (early > 2) await sleep(early);
        await lane.publish(this.world.truth.create(planned));
      }
      lane.close();
    }));
  }
}
