// The Grafana dashboard that is delivered, as far as a program can judge it.
import fs from 'node:fs';

export const dashboard = JSON.parse(fs.readFileSync(new URL('../../deploy/grafana/freshet.json', import.meta.url), 'utf8'));

/** Every query of every panel: [{panel, expr, instant}]. */
export const dashboardQueries = () => dashboard.panels.flatMap((panel) =>
  (panel.targets ?? []).map(({expr, instant}) => ({panel: panel.title, expr, instant})));

/** A query as Grafana sends it, with everything chosen. `interval` stands for $__rate_interval. */
export const withVariables = (expr, {job = 'freshet', instance = '.*', interval = '5s'} = {}) =>
  expr.replaceAll('$job', job).replaceAll('$instance', instance).replaceAll('$__rate_interval', interval);
