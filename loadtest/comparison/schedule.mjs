// The order of the runs: repetitions outside, peers interleaved inside, so that a machine that gets slower or faster with
// time does so for all peers alike.

/** All runs of the works, as {work, point, peer, repetition}; only `wanted` peers, and always each work's reference. */
export function schedule(works, {repetitions, wanted}) {
  const runs = [];
  for (const work of works) {
    const chosen = work.peers.filter((peer) => wanted.includes(peer) || peer === work.reference);
    for (let repetition = 1; repetition <= repetitions; ++repetition) {
      // Nobody always comes first.
      const turn = (repetition - 1) % chosen.length;
      const order = [...chosen.slice(turn), ...chosen.slice(0, turn)];
      for (const point of work.points) for (const peer of order) runs.push({work, point, peer, repetition});
    }
  }
  return runs;
}
