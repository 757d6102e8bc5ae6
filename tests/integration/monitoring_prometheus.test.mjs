// A real Prometheus server with the delivered files scrapes two daemons: one on a port, one on a socket behind nginx.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import {dashboardQueries, withVariables} from '../support/dashboard.mjs';
import {eventfulConfig, liveThrough} from '../support/eventful.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {request} from '../support/http.mjs';
import {startMetricsNginx, startPrometheus} from '../support/prometheus.mjs';
import {publishSome} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';

const windowSeconds = 60;

test('Prometheus watches two daemons', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const sockets = temporaryFolder(t, 'sockets');
  const common = {redis: redis.url, dev: false, config: eventfulConfig};
  const one = await startFreshetd(t, {...common, instance: 'one'});
  const two = await startFreshetd(t, {...common, instance: 'two', opsListen: `unix:${path.join(sockets, '{instance}.ops.sock')}`});
  const nginx = await startMetricsNginx(t, sockets);
  const prometheus = await startPrometheus(t, {ports: [`127.0.0.1:${one.opsPort}`], sockets: {nginx, instances: ['two']}});

  await t.test('nginx lets nothing through but a scrape', async () => {
    const status = async (target, options) => (await request(`http://${nginx}`, target, options)).status;
    assert.equal(await status('/freshet/two/metrics'), 200);
    assert.equal(await status('/freshet/two/metrics', {method: 'POST', body: 'x'}), 403);
    assert.equal(await status('/freshet/two/publish?channel=open', {method: 'POST', body: 'x'}), 404);
    assert.equal(await status('/freshet/two/channels/open'), 404);
    assert.equal(await status('/freshet/../two/metrics'), 404);
    assert.equal(await status('/freshet/nobody/metrics'), 502);
  });

  await t.test('both are up, under one job', async () => {
    const instances = await prometheus.until(async () => {
      const up = await prometheus.query('up{job="freshet"} == 1');
      return up.length === 2 && up.map(({metric}) => metric.instance).sort();
    }, 'two targets to be up');
    assert.deepEqual(instances, [`127.0.0.1:${one.opsPort}`, 'web1:two']);
  });

  await t.test('every query of the dashboard has an answer', async () => {
    const streams = await Promise.all([one, two].map((daemon) => liveThrough(daemon, redis)));
    for (const {panel, expr, instant} of dashboardQueries()) {
      const query = withVariables(expr);
      const ask = () => (instant ? prometheus.query(query) : prometheus.range(query, windowSeconds));
      const numbers = (series) => [...(series.values ?? []), ...(series.value ? [series.value] : [])]
        .map(([, value]) => value).filter((value) => value !== 'NaN');
      await prometheus.until(async () => {
        await publishSome(redis.client, 'open', 1);
        return (await ask()).some((series) => numbers(series).length > 0);
      }, `data in the panel ${panel}: ${query}`);
    }
    for (const metric of ['freshet_connections', 'freshet_build_info', 'process_open_fds']) {
      assert.equal((await prometheus.query(`${metric}{job="freshet"}`)).length, 2, metric);
    }
    streams.forEach((stream) => stream.close());
  });

  await t.test('no rule fails, and none fires that has no reason', async () => {
    const {groups} = await prometheus.until(async () => {
      const data = await prometheus.api('rules');
      return data.groups.flatMap(({rules}) => rules).every(({health}) => health !== 'unknown') && data;
    }, 'every rule to be evaluated');
    for (const {name, health, lastError} of groups.flatMap(({rules}) => rules)) assert.equal(health, 'ok', `${name}: ${lastError}`);
    for (const name of ['FreshetInstanceDown', 'FreshetAbsent', 'FreshetRedisDown', 'FreshetProbeStale', 'FreshetDescriptorsNearLimit',
      'FreshetMemoryNearLimit', 'FreshetConnectionsNearLimit']) {
      // A busy machine may have missed a scrape.
      await prometheus.until(async () => (await prometheus.firing(name)).length === 0, `${name} not to fire`);
    }
  });

  await t.test('FreshetRedisDown fires when Redis is stopped, and is over when it is back', async () => {
    await redis.stop();
    const alerts = await prometheus.until(async () => {
      const firing = await prometheus.firing('FreshetRedisDown');
      return firing.length === 4 && firing;
    }, 'the alert for both connections of both daemons');
    const {labels, annotations} = alerts.find((alert) => alert.labels.instance === 'web1:two' && alert.labels.connection === 'subscriber');
    assert.equal(labels.severity, 'critical');
    assert.equal(annotations.summary, 'Freshet web1:two has no connection to Redis (subscriber)');
    assert.equal(annotations.runbook, 'docs/monitoring.md#freshetredisdown');
    await redis.start();
    await prometheus.until(async () => (await prometheus.firing('FreshetRedisDown')).length === 0, 'the alert to be over');
  });
});
