// Publishing as backends do: through any Redis client, here ioredis.

/** FCALL freshet_publish; returns the id as a string of digits ("0" for LIVE). */
export const publishTo = async (client, channel, data, ...options) =>
  String(await client.call('FCALL', 'freshet_publish', 1, channel, data, ...options));

/** Publishes `count` small events one after the other; returns [{id, data}]. */
export async function publishSome(client, channel, count, begin = 0) {
  const sent = [];
  for (let index = begin; index < begin + count; index += 1) {
    const data = `${channel} ${index}`;
    sent.push({id: await publishTo(client, channel, data), data});
  }
  return sent;
}

export const idsAndData = (events) => events.map(({id, data}) => ({id, data}));
