// Kinds of traffic that docs/scaling.md shows, and that --profile begins with.

const minute = 60;
const hour = 60 * minute;

/** {name: {about, traffic}}; see traffic.mjs for the fields. */
export const profiles = {
  quiet: {
    about: 'A channel for each user with six events an hour, and one for all with one a minute; 300 B; streams of half an hour',
    traffic: {own: 1, ownRate: 6 / hour, shared: 1, sharedRate: 1 / minute, listeners: Infinity, size: 300, lifetime: hour / 2},
  },
  dashboards: {
    about: 'Two channels for each viewer, each with 200 viewers and an event a second; 500 B; streams of 20 minutes',
    traffic: {shared: 2, sharedRate: 1, listeners: 200, size: 500, lifetime: 20 * minute},
  },
  tokens: {
    about: 'A new channel for each answer, ten events a second for 30 s; 100 B; `backplane.history.ttl: 60s`; publishers that pipeline',
    traffic: {own: 1, ownRate: 10, fresh: true, size: 100, lifetime: 30, ttl: minute, pipelined: true},
  },
};
